/** True in the build that answers itself with made-up data instead of a server. */
declare const __MOCK__: boolean;
