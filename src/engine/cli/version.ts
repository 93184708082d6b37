declare const __TILLER_VERSION__: string;

/** Version of package.json, inserted by the bundler. */
export const VERSION = __TILLER_VERSION__;
