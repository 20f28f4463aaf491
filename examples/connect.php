<?php
// The endpoint behind `backend-url` by hand, from the wire contract. Needs the extension curl.
// Try it: php -S localhost:8000 connect.php
declare(strict_types=1);

$clientId = getenv('CLIENT_ID');
$redirectUri = getenv('REDIRECT_URI');
$apiUrl = getenv('MONERIUM_API_URL') ?: 'https://api.monerium.dev';
// The page's own origin. Behind a proxy the server's address is not the one that the browser sees.
preg_match('~^https?://[^/]+~', $redirectUri, $found);
[$origin] = $found;
// Seconds for the whole exchange: less than the 20 of the element.
$deadline = microtime(true) + 15;

function answer(int $status, array $body): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    header('Cache-Control: no-store');
    echo json_encode($body);
    exit;
}

/** The fields of a JSON object, or an answer to the page. Sent once; no redirect is followed. */
function ask(string $url, array $options, int $refusal): array
{
    global $deadline;
    $text = '';
    $curl = curl_init($url);
    curl_setopt_array($curl, $options + [
        CURLOPT_TIMEOUT_MS => max(1, (int) (($deadline - microtime(true)) * 1000)),
        CURLOPT_WRITEFUNCTION => function ($curl, string $part) use (&$text): int {
            $text .= $part;
            return strlen($text) <= 65536 ? strlen($part) : -1;
        },
    ]);
    curl_exec($curl);
    $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    if (curl_errno($curl) === CURLE_OPERATION_TIMEDOUT) {
        answer(504, ['error' => 'temporarily_unavailable']);
    }
    $fields = curl_errno($curl) === 0 ? json_decode($text, true) : null;
    if ($status === 429) answer(429, ['error' => 'temporarily_unavailable']);
    if ($status >= 400 && $status < 500) {
        answer($refusal, ['error' => $refusal === 400 ? 'invalid_grant' : 'server_error']);
    }
    if ($status !== 200 || !is_array($fields)) answer(502, ['error' => 'server_error']);
    return $fields;
}

function is_id(mixed $id): bool
{
    return is_string($id) && preg_match('/^[A-Za-z0-9._:-]{1,128}$/D', $id) === 1;
}

$isOwn = ($_SERVER['HTTP_ORIGIN'] ?? '') === $origin;
header('Vary: Origin');
if ($isOwn) {
    header("Access-Control-Allow-Origin: $origin");
    header('Access-Control-Allow-Headers: content-type');
}
$method = $_SERVER['REQUEST_METHOD'];
if ($method !== 'POST' && $method !== 'OPTIONS') answer(405, ['error' => 'invalid_request']);
if (!$isOwn) answer(403, ['error' => 'access_denied']);
if ($method === 'OPTIONS') {
    http_response_code(204);
    exit;
}
[$type] = explode(';', $_SERVER['CONTENT_TYPE'] ?? '');
if (strtolower(trim($type)) !== 'application/json') answer(415, ['error' => 'invalid_request']);
$text = file_get_contents('php://input', length: 8193);
if (strlen($text) > 8192) answer(413, ['error' => 'invalid_request']);

$post = json_decode($text, true);
$code = $post['code'] ?? null;
$verifier = $post['code_verifier'] ?? null;
$isRight = is_string($code) && preg_match('/^[ -~]{1,2048}$/D', $code)
    && is_string($verifier) && preg_match('/^[A-Za-z0-9._~-]{43,128}$/D', $verifier)
    && ($post['redirect_uri'] ?? null) === $redirectUri
    && ($post['client_id'] ?? null) === $clientId;
if (!$isRight) answer(400, ['error' => 'invalid_request']);

$form = ['grant_type' => 'authorization_code', 'code' => $code, 'code_verifier' => $verifier,
    'redirect_uri' => $redirectUri, 'client_id' => $clientId];
$tokens = ask("$apiUrl/auth/token", [CURLOPT_POSTFIELDS => http_build_query($form)], 400);
$accessToken = $tokens['access_token'] ?? null;
$isBearer = is_string($tokens['token_type'] ?? null) && strtolower($tokens['token_type']) === 'bearer';
if (!$isBearer || !is_string($accessToken) || !preg_match('/^[!-~]+$/D', $accessToken)) {
    answer(502, ['error' => 'server_error']);
}

$profile = $tokens['profile'] ?? null;
$userId = $tokens['userId'] ?? null;
if (!is_id($profile) || !is_id($userId)) {
    $context = ask("$apiUrl/auth/context", [CURLOPT_HTTPHEADER => [
        "Authorization: Bearer $accessToken",
        'Accept: application/vnd.monerium.api-v2+json',
    ]], 502);
    $profiles = $context['profiles'] ?? [];
    $only = is_array($profiles) && count($profiles) === 1 ? ($profiles[0]['id'] ?? null) : null;
    $profile = $context['defaultProfile'] ?? $only;
    $userId = $context['userId'] ?? null;
    if (!is_id($profile) || !is_id($userId)) answer(502, ['error' => 'server_error']);
}

// PHP's own session keeps the tokens on this server. A new id: the old one was known before.
session_start([
    'cookie_httponly' => true,
    'cookie_samesite' => 'Lax',
    'cookie_secure' => str_starts_with($origin, 'https:'),
]);
session_regenerate_id(true);
$_SESSION['monerium'] = ['clientId' => $clientId, 'userId' => $userId, 'tokens' => $tokens];
answer(200, ['profile' => $profile, 'userId' => $userId]);
