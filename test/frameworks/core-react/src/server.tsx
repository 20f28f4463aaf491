// The build ends with this: a server renders the button without a window.
import { renderToString } from 'react-dom/server';
import { Connect } from './Connect.js';

const markup = renderToString(<Connect />);
if (!markup.includes('>Connect</button>')) throw new Error(markup);
