export type Code = 'aborted';
