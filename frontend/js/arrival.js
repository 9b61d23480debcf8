// The preview of an import closes when it has been stored, or could not be.
import { listen } from './behaviours.js';

export function connect(dialog) {
  return listen(dialog, 'htmx:finally:request', () => dialog.close());
}
