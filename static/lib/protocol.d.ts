/** Every frame, command and record. Written by `python -m server.protocol.describe`. */

/** A presenter will come. `sequence`: of the invitation that they have read. */
export interface AcceptInvitation {
  type: "invitation.accept";
  slot: string;
  sequence: number;
}

/** Say that one has read it. */
export interface AcknowledgeMessage {
  type: "message.acknowledge";
  message: string;
}

/** Give a cue more time, or take some away; on air, the countdown moves at once. */
export interface AdjustCue {
  type: "cue.adjust";
  cue: string;
  seconds: number;
}

/** Take the cue that stands by. `seen`: the seq that the caller's screen was at. */
export interface AdvanceStage {
  type: "stage.advance";
  seen: number;
  stage?: string;
}

/** From which a screen counts by itself: `seconds` were left at the instant `at` (ms UTC). */
export interface Anchor {
  at: number;
  seconds: number;
}

/** Mark it as answered. */
export interface AnswerQuestion {
  type: "question.answer";
  question: string;
  seen?: number | null;
}

/** Let everybody see it. */
export interface ApproveQuestion {
  type: "question.approve";
  question: string;
  seen?: number | null;
}

/** Put another cue on standby: what lies between is skipped. */
export interface ArmCue {
  type: "stage.arm";
  cue: string;
  seen: number;
  stage?: string;
}

/** Ask something; `lang` is the language it is written in. `watched_at` (ms UTC): the moment of the show that one's picture shows. `slot`: whom it is about, null: the whole show, left out: whoever was on stage at that moment. */
export interface AskQuestion {
  type: "question.ask";
  text: string;
  lang: string;
  slot?: string | null;
  watched_at?: number | null;
}

/** When somebody can be there, and when they would like to be (record `availability/{person}`). Hours such as `07:00-23:30` or `2020-11-13 19:00-22:00` on their own clock; none: any hour. `given_at` (ms UTC) is when they were last given, None: they stand in the show file. */
export interface Availability {
  id: string;
  available: string[];
  preferred: string[];
  words: string;
  given_at: number | null;
}

/** The last frame before the server closes; `retry_after` in seconds, null: stay away. */
export interface ByeFrame {
  type: "bye";
  code: number;
  retry_after: number | null;
}

/** Tell presenters that they need not come after all. */
export interface CancelInvitations {
  type: "invitation.cancel";
  slots: string[];
}

/** The latest line in one language (record `caption/…`); its id is the language's tag. `text` is "" where it was cleared; `said_at` is when it was said or cleared, ms UTC. */
export interface Caption {
  id: string;
  text: string;
  said_at: number;
}

/** Take the line in one language off the screens. */
export interface ClearCaption {
  type: "caption.clear";
  lang: string;
}

/** Take the name strap away. */
export interface ClearLowerThird {
  type: "lower_third.clear";
  stage?: string;
}

/** Take the notice away. */
export interface ClearNotice {
  type: "notice.clear";
  stage?: string;
}

/** Take no more questions about a slot; without one, about anything. */
export interface CloseQuestions {
  type: "questions.close";
  slot?: string | null;
}

/** Those who watch in one zone, and how many people they count as. */
export interface Crowd {
  zone: string;
  weight?: number;
}

/** The smallest thing that is called (record `cue/…`). Lengths in seconds, instants in ms UTC. A `hard` cue never starts before its planned time; a linked one starts when the cue before it ends. `buffer_seconds` is how much of its length it gives back when the show is late. A cue of a slot that was taken out of the rundown is `withdrawn`, and nobody sees it. */
export interface Cue {
  id: string;
  position: number;
  kind: string;
  seconds: number;
  stage: string;
  segment: string;
  slot: string | null;
  title: string;
  hard: boolean;
  buffer_seconds: number;
  adjusted_seconds: number;
  started_at: number | null;
  ended_at: number | null;
  note?: string;
  planned_at: number;
}

/** The source that the caller took by hand (record `cut/…`, one for each stage). It holds while `cue` is on air (None: while none is); `taken_at` is ms UTC. */
export interface Cut {
  id: string;
  source: string;
  cue: string | null;
  taken_at: number;
}

/** By how many ms the pictures of so many viewers are later than the stage. */
export interface Delay {
  median: number;
  p95: number;
  viewers: number;
}

/** What the whole show is called and where its clock stands (record `details/show`). `recording` says who may see it; clips begin and end so many seconds before and after their cues. */
export interface Details {
  id: string;
  title: string;
  zone: string;
  subtitle: string;
  languages: string[];
  fields: string[];
  starts_at: number;
  ends_at: number;
  warn_seconds: number[];
  recording: "crew" | "off" | "public";
  embed: string;
  embed_delay_seconds: number;
  notes?: string;
}

/** Do not take it; the asker is told why. */
export interface DismissQuestion {
  type: "question.dismiss";
  question: string;
  reason: string;
  seen?: number | null;
}

/** Give a command; `id` makes it idempotent for this person. `by` (the server's ms): carry it out by then or not at all, so that a press made before the line went down does nothing when the line is back. */
export interface Do {
  type: "do";
  id: string;
  command: AdvanceStage | HoldStage | ResumeStage | RecallCue | ArmCue | RearrangeRundown | UndoStage | AdjustCue | TakeLowerThird | ClearLowerThird | TakePicture | AskQuestion | EditQuestion | WithdrawQuestion | UpvoteQuestion | UnvoteQuestion | ApproveQuestion | DismissQuestion | ShowQuestion | AnswerQuestion | ReplyToQuestion | RestoreQuestion | OpenQuestions | CloseQuestions | WriteFeedback | ReleaseFeedback | Report | PostNotice | ClearNotice | SendMessage | AcknowledgeMessage | SendInvitations | CancelInvitations | AcceptInvitation | MoveInvitation | GiveAvailability | WishPlan | SayCaption | ClearCaption;
  by?: number | null;
}

/** A command has been carried out and is on disk. */
export interface Done {
  type: "done";
  id: string;
  seq: number;
}

/** Put one's own question better, while it waits. */
export interface EditQuestion {
  type: "question.edit";
  question: string;
  text: string;
  watched_at?: number | null;
}

/** What one commentator says of one slot (record `feedback/{slot}.{author}`). */
export interface Feedback {
  id: string;
  slot: string;
  author: string;
  marks: Marks;
  strength: string;
  advice: string;
  question: string;
  written_at?: number;
  released_to: "nobody" | "presenter" | "public";
  released_at: number | null;
}

/** Say when one can be there and would like to be; those who plan say it for any `person`. */
export interface GiveAvailability {
  type: "availability.give";
  available?: string[];
  preferred?: string[];
  words?: string;
  person?: string | null;
}

/** One presenter's place in the green room (record `greenroom/{person}`). `state` is what they last reported; standby, on air and done are the stage's word, in the slot's `place`. Whether they are connected now is a whisper and is never stored. */
export interface GreenRoom {
  id: string;
  slot: string;
  state: string;
  camera: boolean | null;
  microphone: boolean | null;
  round_trip_ms: number | null;
  reported_at: number | null;
}

/** First frame: everything newer than `since` is wanted, as `view` may see it. */
export interface Hello {
  type: "hello";
  view: Role;
  since?: number;
  epoch?: string | null;
}

/** Stop the countdown where it is. */
export interface HoldStage {
  type: "stage.hold";
  stage?: string;
  seen?: number | null;
}

/** What one presenter was told of their slot (record `invitation/{slot}`); instants in ms UTC. `sequence` is the seq of the turn that told it: a calendar keeps the higher one. `before_at` is the start that they were told before this one. `state` is what they say of it: nothing yet (`sent`), `accepted`, or please `move` me, in their `words`. `mail` is what became of the mail: none yet, `mailed`, there is `no_address`, it is `waiting` for a mail server, or was `refused` for good; `mail_words` is what the mail server said, and `mailed_sequence` the sequence that went out last. */
export interface Invitation {
  id: string;
  slot: string;
  person: string;
  starts_at: number;
  ends_at: number;
  sequence: number;
  state: "accepted" | "cancelled" | "move" | "sent";
  sent_at: number;
  words: string;
  answered_at: number | null;
  before_at: number | null;
  withdrawn?: boolean;
  mail?: "" | "mailed" | "no_address" | "refused" | "waiting";
  mail_words?: string;
  mailed_sequence?: number | null;
}

/** The name strap over the picture (record `lowerthird/…`, one for each stage). */
export interface LowerThird {
  id: string;
  person: string | null;
  taken_at: number | null;
}

/** Marks from 0 to 10 on the six “cans” and on novelty; None: not given. */
export interface Marks {
  attend?: number | null;
  commercialise?: number | null;
  transfer?: number | null;
  trade?: number | null;
  cross_border?: number | null;
  land?: number | null;
  novelty?: number | null;
}

/** One message to one person (record `message/…`); to all is one for each presenter. */
export interface Message {
  id: string;
  to: string;
  sender: string;
  text: string;
  sent_at: number;
  acknowledged_at: number | null;
}

/** A presenter asks for another time. `sequence`: of the invitation that they have read. */
export interface MoveInvitation {
  type: "invitation.move";
  slot: string;
  sequence: number;
  words?: string;
}

/** What stands on every screen of a stage (record `notice/…`); without words there is none. `urgent` is for what cannot wait: the hall is to be left, the show has to stop. */
export interface Notice {
  id: string;
  text: string;
  level: "calm" | "urgent";
  posted_at: number | null;
}

/** Take questions about a slot; without one, about anything. */
export interface OpenQuestions {
  type: "questions.open";
  slot?: string | null;
}

/** Changed records by key; null: gone, or not for you. `after` 0: forget what you hold. `time` is the server's ms at which it became true. */
export interface Patch {
  type: "patch";
  after: number;
  seq: number;
  time: number;
  records: {[key: string]: AnyRecord | null};
}

/** A presenter, commentator, host or other named person (record `person/…`). `email` is where invitations go; only who plans sees it, and the person. */
export interface Person {
  id: string;
  role: string;
  name: string;
  zone?: string;
  language?: string;
  country: string;
  organisation: string;
  email?: string;
}

/** The picture of one stage (record `picture/…`); a stage without one is `off`. `off`: no stream can come; `waiting`: none has come yet; `live`; `paused`: it stopped, and may go on. `since` is when this began, ms UTC. `source` is who makes the programme, or would if they published: for the crew, and for whoever stands before that camera. `behind_ms`: nineteen of twenty viewers see it no later than this; None: nobody has said. `trouble`: what the crew should know of it, such as that nothing is recorded because the disk is full. */
export interface Picture {
  id: string;
  state: "live" | "off" | "paused" | "waiting";
  since: number;
  source?: string | null;
  behind_ms: number | null;
  trouble?: "disk_full" | null;
}

/** Ask for the time; `sent` comes back as it was (ms of the client's clock). `behind`: by how many ms the picture on this screen is later than the stage; null: it shows none, or its viewer has gone back on purpose. */
export interface Ping {
  type: "ping";
  sent: number;
  behind?: number | null;
}

/** The answer to `ping`. */
export interface Pong {
  type: "pong";
  sent: number;
  time: number;
}

/** Tell everybody something, in place of what was said before. */
export interface PostNotice {
  type: "notice.post";
  text: string;
  level?: "calm" | "urgent";
  stage?: string;
}

/** Heartbeat: the server's time, the seq up to which this client was told, and how many watch. A client that holds less has missed something, and says hello again. `behind` is for the crew: how late the viewers' pictures are, null as long as nobody has said. */
export interface Pulse {
  type: "pulse";
  time: number;
  seq: number;
  audience: number;
  behind?: Delay | null;
}

/** One question (record `question/…`): waiting, approved, on_stage, answered, dismissed or withdrawn. Who asked it is known to the asker alone. `watched_at` (ms UTC) is the moment of the show that the asker's picture showed; None: they had none. `written`: it was asked after the show, to be answered in writing. `reply` is such an answer, `replied_by` the person or role who gave it. */
export interface Question {
  id: string;
  text: string;
  lang: string;
  asked_at: number;
  slot: string | null;
  watched_at?: number | null;
  state: string;
  edited_at?: number | null;
  approved_at: number | null;
  shown_at: number | null;
  answered_at: number | null;
  dismissed_at?: number | null;
  reason?: string;
  written: boolean;
  reply: string;
  replied_at: number | null;
  replied_by: string | null;
  mine?: boolean;
}

/** Give the slots still to come another order, segment by segment. A slot that is not named is withdrawn; one that was withdrawn comes back by its name. Slots of which a cue was called keep their place. `seen`: the seq that the screen was at. */
export interface RearrangeRundown {
  type: "rundown.rearrange";
  order: {[key: string]: string[]};
  seen: number;
  stage?: string;
}

/** Go back: an earlier cue starts again from its full length. */
export interface RecallCue {
  type: "stage.recall";
  cue: string;
  seen: number;
  stage?: string;
}

/** A command or frame was not carried out; `text` is in the person's language. */
export interface Refused {
  type: "refused";
  id: string | null;
  code: string;
  text: string;
  field?: string | null;
}

/** Let the presenter, or everybody, read it. What was read cannot be taken back. */
export interface ReleaseFeedback {
  type: "feedback.release";
  slot: string;
  to: "presenter" | "public";
}

/** Answer it in writing, for everybody to read; a presenter those about their own slot. */
export interface ReplyToQuestion {
  type: "question.reply";
  question: string;
  text: string;
  seen?: number | null;
}

/** A presenter says how far they are; what is left out stays as it was. */
export interface Report {
  type: "greenroom.report";
  state: "arrived" | "checked" | "ready";
  camera?: boolean | null;
  microphone?: boolean | null;
  round_trip_ms?: number | null;
}

/** Take one step back: off the stage, out of the answered, or out of the dismissed. What was answered in writing is no longer. */
export interface RestoreQuestion {
  type: "question.restore";
  question: string;
  seen?: number | null;
}

/** Let the countdown go on. */
export interface ResumeStage {
  type: "stage.resume";
  stage?: string;
  seen?: number | null;
}

/** What somebody is in a show; also the name of the view made for them. */
export type Role = "attendee" | "caller" | "commentator" | "host" | "interpreter" | "moderator" | "organiser" | "presenter" | "stage";

/** Show a line in one language, in the place of the one before it. */
export interface SayCaption {
  type: "caption.say";
  lang: string;
  text: string;
}

/** A named block of the rundown (record `segment/…`). */
export interface Segment {
  id: string;
  title: string;
  position: number;
  stage: string;
}

/** Tell presenters when they are on. Without `slots`: all who have not been told yet, or not of a change. One that is named and has been told already is mailed once more. */
export interface SendInvitations {
  type: "invitation.send";
  slots?: string[] | null;
}

/** Tell one person something, or every presenter (`to` left out). */
export interface SendMessage {
  type: "message.send";
  text: string;
  to?: string | null;
}

/** Put it on stage, in place of the one that is there. */
export interface ShowQuestion {
  type: "question.show";
  question: string;
  seen?: number | null;
}

/** A presenter's allotted time (record `slot/…`); `place` is where the stage has got to. One that was taken out of the rundown is withdrawn: the crew and its presenter still see it. `meeting` is the https address of a call outside (Zoom, Jitsi, Tencent Meeting), for the presenter and the crew: who has it can come in. */
export interface Slot {
  id: string;
  segment: string;
  position: number;
  presenter: string;
  topic: string;
  project: string;
  field: string;
  language: string;
  place: string;
  meeting?: string;
}

/** Somebody who publishes, or did (record `source/…`): the studio, a presenter's camera, an interpreter's sound. `person`: whose camera it is; `since` (ms UTC): when it came or went. */
export interface Source {
  id: string;
  person: string;
  state: "gone" | "live";
  since: number;
}

/** One output and its on-air pointer (record `stage/…`). While a cue is on air, `anchor` says how many seconds were left and when; `held_at` is set while the countdown stands still, and `anchor.seconds` is then what stays. */
export interface Stage {
  id: string;
  on_air: string | null;
  standby: string | null;
  anchor: Anchor | null;
  held_at: number | null;
  started_at: number | null;
  ended_at: number | null;
}

/** Show a person's name strap. */
export interface TakeLowerThird {
  type: "lower_third.take";
  person: string;
  stage?: string;
}

/** Show this source now, and until the cue on air is over. `seen`: the screen's seq. */
export interface TakePicture {
  type: "picture.take";
  source: string;
  stage?: string;
  seen?: number | null;
}

/** How many upvotes a question has (record `tally/{question}`), apart from the question itself so that votes and moderators never fight over one record. */
export interface Tally {
  id: string;
  votes: number;
}

/** Take back the last decision about the stage, as if it had not been made. */
export interface UndoStage {
  type: "stage.undo";
  seen: number;
  stage?: string;
}

/** Take one's upvote back. */
export interface UnvoteQuestion {
  type: "question.unvote";
  question: string;
}

/** Wish for a question to be answered; once for each person. */
export interface UpvoteQuestion {
  type: "question.upvote";
  question: string;
}

/** The answer to `hello`; a patch with everything newer than `since` follows. */
export interface Welcome {
  type: "welcome";
  you: You;
  epoch: string;
  seq: number;
  time: number;
  protocol: number;
}

/** What is true now and never stored: which known persons are connected (to the crew). */
export interface Whisper {
  type: "whisper";
  present: string[];
}

/** Whether questions are taken (record `window/{slot}`, or `window/show` for all others). It belongs to the stage: viewers see it close with their picture. Without a record it is open. `closed_at` in ms UTC; None: it was never open. */
export interface Window {
  id: string;
  open: boolean;
  closed_at: number | null;
}

/** Say anew what the plan has to keep to. `seen`: the seq that the screen was at. */
export interface WishPlan {
  type: "plan.wish";
  seen: number;
  together?: string[];
  apart?: [string, string][];
  order?: [string, string][];
  pins?: {[key: string]: number};
  ends?: string | null;
  days?: string[];
  starts?: string;
  curve?: "gentle" | "squared" | [number, number][];
  audience?: Crowd[];
  weights?: {[key: string]: number};
  changeover_seconds?: number;
  comments?: {[key: string]: string[]};
}

/** What a plan keeps to (record `wishes/main`). `together`: fields whose slots follow one another; `apart`: slots with another between them; `order`: the first is over before the second starts; `pins`: which slots are which number, from 0, of those that are not withdrawn. `ends`: the wall time of the stream's hard end. `days` and `starts` (hours such as `08:00-22:00`): which starts to compare. `curve`: the name of one, or pairs of a local hour and the hours of burden there. `weights`: who counts for more or less than one. `comments`: which fields need a commentator; who is not named is needed for all. `changeover_seconds` lie between a slot and what follows it. */
export interface Wishes {
  id: string;
  together: string[];
  apart: [string, string][];
  order: [string, string][];
  pins: {[key: string]: number};
  ends: string | null;
  days: string[];
  starts: string;
  curve: "gentle" | "squared" | [number, number][];
  audience: Crowd[];
  weights: {[key: string]: number};
  changeover_seconds: number;
  comments: {[key: string]: string[]};
}

/** Take one's own question back. */
export interface WithdrawQuestion {
  type: "question.withdraw";
  question: string;
}

/** Write or rewrite one's feedback on a slot, as a whole. */
export interface WriteFeedback {
  type: "feedback.write";
  slot: string;
  marks?: Marks;
  strength?: string;
  advice?: string;
  question?: string;
}

/** Who the server takes the client for; `votes` are the questions they have upvoted. */
export interface You {
  person: string;
  role: Role;
  view: Role;
  votes: string[];
}

export type ClientFrame =
  | Hello
  | Do
  | Ping;

export type ServerFrame =
  | Welcome
  | Patch
  | Done
  | Refused
  | Pulse
  | Pong
  | Whisper
  | ByeFrame;

export type Command =
  | AdvanceStage
  | HoldStage
  | ResumeStage
  | RecallCue
  | ArmCue
  | RearrangeRundown
  | UndoStage
  | AdjustCue
  | TakeLowerThird
  | ClearLowerThird
  | TakePicture
  | AskQuestion
  | EditQuestion
  | WithdrawQuestion
  | UpvoteQuestion
  | UnvoteQuestion
  | ApproveQuestion
  | DismissQuestion
  | ShowQuestion
  | AnswerQuestion
  | ReplyToQuestion
  | RestoreQuestion
  | OpenQuestions
  | CloseQuestions
  | WriteFeedback
  | ReleaseFeedback
  | Report
  | PostNotice
  | ClearNotice
  | SendMessage
  | AcknowledgeMessage
  | SendInvitations
  | CancelInvitations
  | AcceptInvitation
  | MoveInvitation
  | GiveAvailability
  | WishPlan
  | SayCaption
  | ClearCaption;

/** Records by the first half of their key. */
export interface Records {
  details: Details;
  segment: Segment;
  slot: Slot;
  cue: Cue;
  stage: Stage;
  lowerthird: LowerThird;
  person: Person;
  greenroom: GreenRoom;
  question: Question;
  tally: Tally;
  window: Window;
  feedback: Feedback;
  message: Message;
  notice: Notice;
  picture: Picture;
  source: Source;
  cut: Cut;
  caption: Caption;
  invitation: Invitation;
  availability: Availability;
  wishes: Wishes;
}

export type AnyRecord = Records[keyof Records];

export type RefusalCode =
  | "availability.not_needed"
  | "availability.not_yours"
  | "availability.unknown"
  | "camera.codec"
  | "camera.crowd"
  | "camera.elsewhere"
  | "camera.lost"
  | "camera.nowhere"
  | "camera.silent"
  | "camera.unreadable"
  | "caption.not_yours"
  | "caption.too_fast"
  | "caption.too_many"
  | "caption.unknown"
  | "command.late"
  | "cue.called"
  | "cue.ended"
  | "cue.length"
  | "cue.not_called"
  | "cue.unknown"
  | "cue.withdrawn"
  | "cut.unknown"
  | "delay.no_clock"
  | "delay.no_picture"
  | "delay.too_long"
  | "delay.unsteady"
  | "details.unknown"
  | "feedback.released"
  | "feedback.unknown"
  | "frame.binary"
  | "frame.invalid"
  | "frame.no_hello"
  | "frame.not_json"
  | "frame.too_deep"
  | "frame.too_long"
  | "greenroom.not_yours"
  | "greenroom.unknown"
  | "invitation.called"
  | "invitation.changed"
  | "invitation.none"
  | "invitation.none_due"
  | "invitation.not_yours"
  | "invitation.out_of_date"
  | "invitation.unknown"
  | "invitation.withdrawn"
  | "link.elsewhere"
  | "link.over"
  | "link.unknown"
  | "lowerthird.unknown"
  | "message.not_yours"
  | "message.unknown"
  | "notice.none"
  | "notice.unknown"
  | "origin.wrong"
  | "overlay.unknown"
  | "page.unknown"
  | "person.unknown"
  | "picture.unknown"
  | "plan.changed"
  | "plan.curve"
  | "plan.ends"
  | "plan.hours"
  | "plan.itself"
  | "plan.no_such"
  | "plan.not_found"
  | "plan.pinned"
  | "plan.place"
  | "plan.starts"
  | "plan.superseded"
  | "plan.too_long"
  | "plan.twice"
  | "plan.wall"
  | "question.ahead"
  | "question.moved_on"
  | "question.not_open"
  | "question.not_yours"
  | "question.too_many"
  | "question.unknown"
  | "questions.closed"
  | "record.dropped"
  | "recording.unknown"
  | "role.may_not"
  | "rundown.called"
  | "rundown.changed"
  | "rundown.elsewhere"
  | "rundown.late"
  | "rundown.twice"
  | "segment.unknown"
  | "server.fault"
  | "server.planner"
  | "show.exists"
  | "show.unknown"
  | "slot.unknown"
  | "slot.withdrawn"
  | "source.gone"
  | "source.no_picture"
  | "source.unknown"
  | "stage.held"
  | "stage.idle"
  | "stage.moved_on"
  | "stage.over"
  | "stage.running"
  | "stage.unknown"
  | "store.fault"
  | "tally.unknown"
  | "text.control_character"
  | "text.empty"
  | "text.too_long"
  | "undo.nothing"
  | "undo.touched"
  | "view.not_yours"
  | "view.unknown"
  | "whip.absent"
  | "whip.accept"
  | "whip.type"
  | "whip.unknown"
  | "whip.who"
  | "window.unknown"
  | "wishes.unknown"
  | "zone.unknown";
