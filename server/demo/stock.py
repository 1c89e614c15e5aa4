"""Questions that an audience might ask; all invented."""

QUESTIONS: dict[str, tuple[str, ...]] = {
    "en": (
        "What does one unit cost today, and what will it cost at ten thousand?",
        "Which part of this is protected by a patent, and where?",
        "Who is your first paying customer?",
        "How long does a pilot take from contract to first result?",
        "What happens when the network goes down?",
        "Would you set up a team here, or license the technology?",
        "What is the biggest risk in the next twelve months?",
        "How do you compare with what the large vendors already offer?",
        "Has this been tested outside the laboratory?",
        "What kind of local partner are you looking for?",
        "How much money are you raising, and for what?",
        "Could this work in a factory that is thirty years old?",
        "Who else works on this, and why are you ahead?",
        "Is there a paper we can read?",
    ),
    "zh": (
        "目前的样机单价是多少？量产以后能降到多少？",
        "核心专利在哪些国家已经授权？",
        "是否考虑在长沙设立研发团队？",
        "与本地企业合作，您更倾向于授权还是合资？",
        "这项技术在高温高湿环境下可靠吗？",
        "落地试点大概需要多长时间？",
        "目前最大的技术瓶颈是什么？",
        "数据存放在哪里，如何保证安全？",
        "有没有已经付费的客户？",
        "团队里谁负责中国市场？",
        "和国内同类产品相比，优势在哪里？",
        "这一轮融资主要用于什么？",
        "能不能在老旧产线上改造使用？",
        "请问论文或检测报告可以公开吗？",
    ),
    "de": (
        "Wie lange hält das Gerät im Dauerbetrieb?",
        "Welche Zulassungen fehlen Ihnen noch?",
        "Mit welchem Mittelständler würden Sie gern anfangen?",
        "Wer haftet, wenn die Vorhersage falsch ist?",
        "Lässt sich das in unsere bestehende Anlage einbauen?",
    ),
    "fr": (
        "Quel est le coût total sur cinq ans ?",
        "Avez-vous déjà un partenaire en Asie ?",
        "Comment protégez-vous les données des patients ?",
        "Que reste-t-il à démontrer avant la mise sur le marché ?",
    ),
    "it": (
        "Quanto tempo serve per formare gli operatori?",
        "Funziona anche con lotti molto piccoli?",
        "Quali certificazioni avete già ottenuto?",
        "Cercate un partner industriale o un investitore?",
    ),
    "ru": (
        "Сколько времени занимает внедрение на одном участке?",
        "Как система ведёт себя при сильном морозе?",
        "Какие компоненты можно производить на месте?",
        "Есть ли независимые испытания?",
    ),
    "he": (
        "כמה זמן לוקח להקים פיילוט?",
        "מה היתרון שלכם מול המתחרים?",
        "האם הטכנולוגיה כבר נבדקה בשטח?",
    ),
    "ja": (
        "量産時の価格はどのくらいになりますか。",
        "既存の設備に後付けできますか。",
        "日本での実績を教えてください。",
        "故障したとき、誰が対応しますか。",
    ),
    "ko": (
        "시범 사업은 얼마나 걸리나요?",
        "현지 파트너에게 무엇을 기대하시나요?",
    ),
    "es": (
        "¿Cuánto cuesta mantenerlo cada año?",
        "¿Han probado el sistema con usuarios reales?",
    ),
}

# How often each language is spoken in the audience, out of a hundred.
SPOKEN = {
    "en": 28,
    "zh": 34,
    "de": 7,
    "fr": 6,
    "it": 5,
    "ru": 6,
    "he": 3,
    "ja": 6,
    "ko": 3,
    "es": 2,
}

# What is said in a pitch, line by line.
CAPTIONS: tuple[dict[str, str], ...] = (
    {"en": "Thank you for having me.", "zh": "感谢各位的邀请。"},
    {"en": "Let me begin with a problem that every factory knows.",
     "zh": "我先从一个每家工厂都熟悉的问题讲起。"},
    {"en": "A new product takes weeks to set up, and hours to make.",
     "zh": "新产品上线要调试几周，而生产只需几小时。"},
    {"en": "Our system learns the task by watching it once.",
     "zh": "我们的系统只需观察一次，就能学会这道工序。"},
    {"en": "It has run in two plants for fourteen months.",
     "zh": "它已经在两家工厂运行了十四个月。"},
    {"en": "Setting up now takes a morning instead of three weeks.",
     "zh": "调试时间从三周缩短到一个上午。"},
    {"en": "It works on machines that are thirty years old.",
     "zh": "三十年的老设备也能使用。"},
    {"en": "We are looking for a partner who makes things in Changsha.",
     "zh": "我们希望在长沙找到制造业的合作伙伴。"},
)  # fmt: skip
