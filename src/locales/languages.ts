/** The languages that there are, besides English. Another one is not asked for. */
export const LANGUAGES =
  'ar bg cs da de el es et fi fr ga he hr hu is it lt lv mt nb nl nn no pl pt pt-br ro sk sl sv tr uk';
