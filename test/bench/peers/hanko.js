// Hanko's element draws its button from what Hanko's own API answers: there is none here.
import { register } from '@teamhanko/hanko-elements';

await register(document.querySelector('hanko-auth').getAttribute('api-url'));
