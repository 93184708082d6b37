declare const __TILLER_VERSION__: string;

/** Put in by the bundler from package.json. */
export const VERSION = __TILLER_VERSION__;
