export const later = () => import('../browser/page.js');
