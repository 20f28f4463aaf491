import { refreshTokens, type Tokens } from 'monerium-connect/server/connections';

export interface Kept {
  clientId: string;
  tokens: Tokens;
}

/** A token with a minute of life at least. `keep` puts new tokens in the place of the old. */
export async function getAccessToken(
  { clientId, tokens }: Kept,
  keep: (tokens: Tokens) => Promise<void>,
): Promise<string> {
  const { accessToken, refreshToken, expiresAt } = tokens;
  if (!refreshToken || expiresAt > Date.now() + 60_000) return accessToken;
  const apiUrl = process.env.MONERIUM_API_URL;
  const fresh = await refreshTokens({ clientId, refreshToken, apiUrl });
  await keep(fresh);
  return fresh.accessToken;
}
