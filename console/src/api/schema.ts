/** The one place that says where the API's types come from. To use the generated file, change these two lines. */
export type * from './types';
export type { paths, EndpointQuery, EventQuery, PolicyDraft } from './paths';
