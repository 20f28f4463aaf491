// In an application: app/api/monerium/route.ts
// Loaded with the first request: `next build` runs without the variables of the server.
const answer = async (request: Request) => (await import('../handler.js')).handle(request);

export { answer as GET, answer as POST, answer as DELETE, answer as OPTIONS };
