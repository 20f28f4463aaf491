// Checks words and sentences of the documents. `npm run prose`.
import remarkGfm from 'remark-gfm';
import remarkRetext from 'remark-retext';
import retextEnglish from 'retext-english';
import retextIndefiniteArticle from 'retext-indefinite-article';
import retextRepeatedWords from 'retext-repeated-words';
import { unified } from 'unified';
import plainWords from './plain-words.mjs';

const english = unified().use(retextEnglish).use(retextRepeatedWords).use(retextIndefiniteArticle);

export default {
  plugins: [remarkGfm, plainWords, [remarkRetext, english]],
};
