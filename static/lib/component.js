/**
 * A component that several pages share: the type checker learns what Alpine adds to its `this`.
 * @template {object} C
 * @param {() => C & ThisType<C & import("./live.js").Magics>} factory
 * @returns {() => C}
 */
export const component = (factory) => factory;
