// How browsers call themselves, as their vendors or the requests of their users show it.

interface Agent {
  readonly app: string;
  readonly agent: string;
}

const android = (app: string, mark = '; wv', model = 'Pixel 8') =>
  `Mozilla/5.0 (Linux; Android 14; ${model} Build/UQ1A.240205.004${mark}) ` +
  `AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/124.0.6367.82 Mobile Safari/537.36${app}`;

const iphone = (app: string) =>
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) ' +
  `AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148${app}`;

/** Browsers inside of other apps. */
export const IN_APP: readonly Agent[] = [
  {
    app: 'Facebook, Android',
    agent: android(' [FB_IAB/FB4A;FBAV/462.0.0.47.85;]'),
  },
  {
    app: 'Facebook, iOS',
    agent: iphone(' [FBAN/FBIOS;FBAV/462.0.0.33.105;FBDV/iPhone14,5;FBSN/iOS;FBSV/17.4.1]'),
  },
  { app: 'Instagram, Android', agent: android(' Instagram 330.0.0.40.92 Android') },
  { app: 'Instagram, iOS', agent: iphone(' Instagram 330.0.3.29.109 (iPhone14,5; iOS 17_4_1)') },
  { app: 'Line, Android', agent: android(' Line/14.6.1/IAB') },
  { app: 'Line, iOS', agent: iphone(' Safari Line/14.6.0') },
  { app: 'Telegram, Android', agent: android(' Telegram-Android/10.12.0 (Pixel 8)', '') },
  { app: 'TikTok, Android', agent: android(' trill_340204 BytedanceWebview/d8a21c6') },
  { app: 'TikTok, iOS', agent: iphone(' musical_ly_34.2.0 BytedanceWebview/d8a21c6') },
  { app: 'LinkedIn, Android', agent: android(' [LinkedInApp]') },
  { app: 'LinkedIn, iOS', agent: iphone(' [LinkedInApp]/9.29.8962') },
  { app: 'WeChat, Android', agent: android(' MMWEBID/1 MicroMessenger/8.0.49.2600(0x28003133)') },
  { app: 'WeChat, iOS', agent: iphone(' MicroMessenger/8.0.49(0x18003133) NetType/WIFI') },
  { app: 'Snapchat, Android', agent: android(' Snapchat/12.84.0.41') },
  {
    app: 'Snapchat, iOS',
    agent: iphone(' Snapchat/12.84.0.40 (like Safari/8618.1.15.10.15, panda)'),
  },
  { app: 'a WebView of Android', agent: android('') },
  { app: 'a WKWebView of iOS', agent: iphone('') },
];

/** Browsers that are none of these. */
export const BROWSERS: readonly Agent[] = [
  { app: 'Chrome, Android', agent: android('', '') },
  {
    app: 'Safari, iOS',
    agent: iphone(' Safari/604.1').replace('Mobile', 'Version/17.4.1 Mobile'),
  },
  { app: 'Chrome, iOS', agent: iphone(' Safari/604.1').replace('Mobile', 'CriOS/124.0 Mobile') },
  {
    app: 'Firefox, Android',
    agent: 'Mozilla/5.0 (Android 14; Mobile; rv:125.0) Gecko/125.0 Firefox/125.0',
  },
  {
    app: 'Chrome, Linux',
    agent:
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      'Chrome/124.0.0.0 Safari/537.36',
  },
  {
    app: 'a shell by Electron',
    agent:
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      'shop/1.0.0 Chrome/124.0.6367.243 Electron/30.1.0 Safari/537.36',
  },
];
