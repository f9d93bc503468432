export const page = (): string => 'not by default'
