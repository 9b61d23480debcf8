// The sentences that the page itself says; all others come from Go.
export const words = {
  noAnswer: 'The app did not answer. What you typed is still here; please try again.',
  copied: 'Copied.',
  notCopied: 'That could not be copied.',
  saved: (path) => `Saved as ${path}`,
  commands: (n) => (n === 0 ? 'No command' : n === 1 ? '1 command' : `${n} commands`),
};
