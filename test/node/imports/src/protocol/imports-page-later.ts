export const later = () => import('../page/page.js');
