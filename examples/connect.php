<?php
// The backend of <monerium-connect> in one file, for PHP 8.1 and newer with curl and openssl.
//
//   GET    {base}/start     leads to Monerium                    the server starts the flow
//   GET    {base}/callback  exchanges the code, and leads back
//   POST   {base}/session   exchanges a code of the page         the page starts the flow
//   GET    {base}/session   says who is connected                both: `stay-connected`
//   DELETE {base}/session   ends it
//
// Try it: CLIENT_ID=… SECRET=… BASE_URL=http://localhost:8000/monerium php -S localhost:8000 connect.php
// A page of yours: `require 'connect.php';`, then `access_token()`.
declare(strict_types=1);

namespace Monerium;

// A message may hold secrets, so it is not shown to browsers. Without arguments, a trace holds no
// secret.
ini_set('display_errors', '0');
ini_set('zend.exception_ignore_args', '1');

function setting(string $name, string $default = ''): string
{
    return getenv($name) ?: $default;
}

define('Monerium\CLIENT_ID', setting('CLIENT_ID'));
define('Monerium\BASE', rtrim(setting('BASE_URL'), '/')); // As browsers see it, also behind a proxy.
define('Monerium\API', setting('MONERIUM_API_URL', 'https://api.monerium.dev'));
// By `openssl rand -base64 32`. Several with spaces between: the first one seals, and all open.
define('Monerium\SECRETS', explode(' ', setting('SECRET')));
// Each code that was sent is a file here. All servers of the site need the same folder.
define('Monerium\CLAIMS', setting('CLAIMS', sys_get_temp_dir() . '/monerium-claims'));
const CALLBACK = BASE . '/callback';
// A page that starts the flow has the redirect URI of its element.
define('Monerium\PAGE_REDIRECT_URI', setting('REDIRECT_URI', CALLBACK));
define('Monerium\ORIGIN', preg_replace('~^(https?://[^/]+).*~s', '$1', BASE));
define('Monerium\IS_SECURE', str_starts_with(BASE, 'https:'));

const DAY = 86400;
const MAX_FLOWS = 4;
const MAX_BODY = 65536;
define('Monerium\DEADLINE', microtime(true) + 15); // Less than the 20 seconds of the element.
define('Monerium\PREFIX', IS_SECURE ? '__Host-' : ''); // Keeps out what other hosts have set.
define('Monerium\FLAGS', '; Path=/; HttpOnly; SameSite=Lax' . (IS_SECURE ? '; Secure' : ''));

/** What went wrong, by a code of docs/errors.md, and the response to a script. */
final class Failure extends \Exception
{
    private const ANSWERS = [
        'exchange_rejected' => [400, 'invalid_grant'],
        'transaction_not_found' => [400, 'invalid_grant'],
        'rate_limited' => [429, 'temporarily_unavailable'],
        'exchange_timeout' => [504, 'temporarily_unavailable'],
    ];

    public function __construct(public readonly string $name, public readonly bool $isEnd = false)
    {
        parent::__construct($name);
    }

    public function answer(): never
    {
        [$status, $error] = self::ANSWERS[$this->name] ?? [502, 'server_error'];
        answer($status, ['error' => $error]);
    }
}

function answer(int $status, ?array $body = null): never
{
    http_response_code($status);
    if ($body !== null) {
        header('Content-Type: application/json');
        echo json_encode($body);
    }
    exit;
}

function redirect(string $url): never
{
    header("Location: $url");
    answer(303);
}

function base64url(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

/** The key of AES-256-GCM. */
function key_of(string $secret): string
{
    if (strlen($secret) < 32) throw new \LogicException('invalid_config: SECRET needs 32 bytes');
    return hash_hkdf('sha256', $secret, 32, 'monerium-connect');
}

/** Encrypts a text. What is sealed for one purpose opens for no other. */
function seal(string $text, string $purpose): string
{
    $nonce = random_bytes(12);
    $key = key_of(SECRETS[0]);
    $sealed = openssl_encrypt($text, 'aes-256-gcm', $key, OPENSSL_RAW_DATA, $nonce, $tag, $purpose);
    return base64url($nonce . $tag . $sealed);
}

/** The text, or null when somebody has changed it. */
function unseal(string $sealed, string $purpose): ?string
{
    $bytes = (string) base64_decode(strtr($sealed, '-_', '+/'), true);
    if (strlen($bytes) < 28) return null; // A shorter tag would be easier to guess.
    [$nonce, $tag, $rest] = [substr($bytes, 0, 12), substr($bytes, 12, 16), substr($bytes, 28)];
    foreach (SECRETS as $secret) {
        $key = key_of($secret);
        $text = openssl_decrypt($rest, 'aes-256-gcm', $key, OPENSSL_RAW_DATA, $nonce, $tag, $purpose);
        if ($text !== false) return $text;
    }
    return null;
}

/** The query parameters as lists: Monerium sends none of them twice. */
function query(): array
{
    $lists = [];
    foreach (explode('&', $_SERVER['QUERY_STRING'] ?? '') as $pair) {
        [$name, $value] = explode('=', $pair, 2) + [1 => ''];
        if ($value !== '') $lists[urldecode($name)][] = urldecode($value);
    }
    return $lists;
}

/**
 * A path of this site with its query. Null if it may lead to another site, or back into the flow.
 */
function return_to(string $value): ?string
{
    if (!preg_match('~^/[^\x00-\x1f\x7f\\\\]{0,2047}$~D', $value)) return null;
    [$value] = explode('#', $value);
    [$path, $query] = explode('?', $value, 2) + [1 => ''];
    if (str_contains($path, '//') || in_array(ORIGIN . $path, [BASE . '/start', CALLBACK])) return null;
    // What belongs to a response, or is a token, is not for the page.
    $foreign = '~^(code|state|iss|error|error_description|error_uri|monerium_result|\w*token)(=|$)~i';
    $kept = array_filter(explode('&', $query), fn ($pair) => !preg_match($foreign, urldecode($pair)));
    $place = $path . ($kept && $query !== '' ? '?' . implode('&', $kept) : '');
    return preg_replace_callback('/[^!-~]/', fn ($byte) => rawurlencode($byte[0]), $place);
}

/** The sealed flows of this browser by their names, the newest first. */
function flows(): array
{
    $name = '/^' . PREFIX . 'monerium-flow-\d{13}-[0-9a-f]{16}$/D';
    $own = array_filter($_COOKIE, fn ($key) => preg_match($name, (string) $key), ARRAY_FILTER_USE_KEY);
    krsort($own, SORT_STRING);
    return $own;
}

function short_hash(string $state): string
{
    return substr(hash('sha256', $state), 0, 16);
}

/** The flow that this browser has begun with this state, or null. Without a state: the newest. */
function find_flow(?string $state): ?array
{
    foreach (flows() as $name => $sealed) {
        if ($state !== null && !str_ends_with($name, short_hash($state))) continue;
        $flow = json_decode(unseal($sealed, CALLBACK . CLIENT_ID) ?? '', true);
        if ($flow && ($state === null || hash_equals($flow['state'], $state))) return $flow + ['name' => $name];
    }
    return null;
}

function set_flow(string $name, string $value, int $seconds): void
{
    header("Set-Cookie: $name=$value; Max-Age=$seconds" . FLAGS, false);
}

function start(): never
{
    $query = query();
    [$state, $verifier] = [base64url(random_bytes(32)), base64url(random_bytes(32))];
    $flow = ['state' => $state, 'verifier' => $verifier, 'at' => time()];
    $flow['returnTo'] = return_to($query['return_to'][0] ?? '');
    foreach (array_slice(array_keys(flows()), MAX_FLOWS - 1) as $oldest) set_flow($oldest, '', 0);
    $name = sprintf('%smonerium-flow-%013d-%s', PREFIX, microtime(true) * 1000, short_hash($state));
    set_flow($name, seal(json_encode($flow, JSON_UNESCAPED_SLASHES), CALLBACK . CLIENT_ID), DAY);
    $email = $query['email'][0] ?? '';
    $mode = $query['auth_mode'][0] ?? '';
    redirect(API . '/auth?' . http_build_query([
        'client_id' => CLIENT_ID,
        'redirect_uri' => CALLBACK,
        'response_type' => 'code',
        'code_challenge' => base64url(hash('sha256', $verifier, true)),
        'code_challenge_method' => 'S256',
        'state' => $state,
        'email' => preg_match('/^[^\x00-\x1f\x7f]{3,254}$/D', $email) ? $email : null,
        'auth_mode' => in_array($mode, ['login', 'signup'], true) ? $mode : null,
    ]));
}

/** Ends a flow, and returns its result: `connected`, or a code of docs/errors.md. */
function finish(array $query, ?array $flow): string
{
    try {
        if (!$flow) throw new Failure('transaction_not_found');
        if (abs(time() - $flow['at']) > DAY) throw new Failure('transaction_expired');
        $code = $query['code'][0] ?? '';
        $error = $query['error'][0] ?? '';
        foreach (['state', 'code', 'iss', 'error'] as $name) {
            if (count($query[$name] ?? []) > 1) throw new Failure('response_invalid');
        }
        if (($code === '') === ($error === '')) throw new Failure('response_invalid');
        if ($error !== '') throw new Failure(match ($error) {
            'access_denied' => 'access_denied',
            'server_error', 'temporarily_unavailable' => 'authorization_unavailable',
            default => 'authorization_error',
        });
        if (strlen($code) > 2048) throw new Failure('response_invalid');
        connect_customer($code, $flow['verifier'], CALLBACK);
        return 'connected';
    } catch (Failure $failure) {
        // A reload, or Back: the customer who is connected by now is led on.
        $isSecond = $failure->name === 'transaction_not_found' && find_customer();
        return $isSecond ? 'connected' : $failure->name;
    } catch (\Throwable $fault) {
        report($fault);
        return 'server_unavailable';
    }
}

function callback(): never
{
    $query = query();
    // Monerium may leave the state out of an error. That proves nothing, so the flow goes on.
    $isUnproven = !isset($query['state']) && isset($query['error']) && !isset($query['code']);
    $flow = find_flow($isUnproven ? null : $query['state'][0] ?? '');
    if ($flow && !$isUnproven) set_flow($flow['name'], '', 0);
    $result = finish($query, $flow);
    $place = $flow['returnTo'] ?? '/';
    redirect(ORIGIN . $place . (str_contains($place, '?') ? '&' : '?') . "monerium_result=$result");
}

/** The fields of a JSON object. Sent once, and no redirect is followed. */
function ask(string $path, array $options, ?string $failure = null): array
{
    $text = '';
    $curl = curl_init(API . $path);
    curl_setopt_array($curl, $options + [
        CURLOPT_TIMEOUT_MS => max(1, (int) ((DEADLINE - microtime(true)) * 1000)),
        CURLOPT_WRITEFUNCTION => function ($curl, string $part) use (&$text): int {
            $text .= $part;
            return strlen($text) <= MAX_BODY ? strlen($part) : -1;
        },
    ]);
    curl_exec($curl);
    $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    $fault = curl_errno($curl);
    $fields = $fault === 0 ? json_decode($text, true) : null;
    if ($status === 200 && is_array($fields)) return $fields;
    throw new Failure($failure ?? match (true) {
        $fault === CURLE_OPERATION_TIMEDOUT => 'exchange_timeout',
        $status === 429 => 'rate_limited',
        $status >= 500 => 'server_unavailable',
        $status >= 400 => 'exchange_rejected',
        $status === 0 => 'exchange_network',
        default => 'exchange_bad_response',
    }, in_array($status, [400, 401], true) && is_about_grant($fields));
}

/** Whether Monerium has refused the grant itself, in the shape of OAuth or in its own. */
function is_about_grant(mixed $fields): bool
{
    if (!is_array($fields)) return false;
    ['error' => $error, 'errors' => $errors] = $fields + ['error' => null, 'errors' => null];
    return $error === 'invalid_grant' || (is_array($errors) && array_keys($errors) === ['refresh_token']);
}

/** Asks for tokens. */
function ask_tokens(array $grant): array
{
    $form = http_build_query($grant + ['client_id' => CLIENT_ID]);
    $tokens = ask('/auth/token', [CURLOPT_POSTFIELDS => $form]);
    $token = $tokens['access_token'] ?? null;
    $isToken = is_string($token) && preg_match('/^[!-~]+$/D', $token);
    $type = $tokens['token_type'] ?? null;
    $isBearer = is_string($type) && strtolower($type) === 'bearer';
    if (!$isToken || !$isBearer) throw new Failure('exchange_bad_response');
    return $tokens;
}

/** The two ids of the customer, or null. */
function read_ids(array $fields): ?array
{
    $ids = ['profile' => $fields['profile'] ?? $fields['defaultProfile'] ?? null, 'userId' => $fields['userId'] ?? null];
    foreach ($ids as $id) {
        if (!is_string($id) || !preg_match('/^[A-Za-z0-9._:-]{1,128}$/D', $id)) return null;
    }
    return $ids;
}

function ask_context(string $token): array
{
    $headers = ["Authorization: Bearer $token", 'Accept: application/vnd.monerium.api-v2+json'];
    $fields = ask('/auth/context', [CURLOPT_HTTPHEADER => $headers], 'profile_unavailable');
    $profiles = is_array($fields['profiles'] ?? null) ? $fields['profiles'] : [];
    $only = count($profiles) === 1 ? ($profiles[0]['id'] ?? null) : null;
    return read_ids($fields + ['defaultProfile' => $only]) ?? throw new Failure('profile_unavailable');
}

/** Whether nobody has sent this code before: of all who make one file, one succeeds. */
function claim(string $code): bool
{
    if (!is_dir(CLAIMS)) @mkdir(CLAIMS, 0700, true);
    $file = CLAIMS . '/' . hash('sha256', $code);
    $isFirst = @fopen($file, 'x') !== false;
    if (!$isFirst && !file_exists($file)) throw new \RuntimeException('CLAIMS cannot be written');
    // Monerium's codes live for minutes.
    foreach (random_int(0, 99) === 0 ? glob(CLAIMS . '/*') : [] as $old) {
        if (@filemtime($old) < time() - 3600) @unlink($old);
    }
    return $isFirst;
}

/** Exchanges a code once, and begins a session for the customer. */
function connect_customer(string $code, string $verifier, string $redirectUri): array
{
    // A second use can make Monerium revoke the tokens of the first.
    if (!claim($code)) throw new Failure('transaction_not_found');
    $tokens = ask_tokens(['grant_type' => 'authorization_code', 'code' => $code,
        'code_verifier' => $verifier, 'redirect_uri' => $redirectUri]);
    $ids = read_ids($tokens) ?? ask_context($tokens['access_token']);
    open_session();
    // A new id: somebody may know the old one, or have planted it.
    session_regenerate_id(true);
    keep($ids, $tokens);
    session_write_close();
    return $ids;
}

/** PHP's own session. It is locked as long as it is open. */
function open_session(bool $isRead = false): void
{
    if (session_status() === PHP_SESSION_ACTIVE) return;
    $isOpen = session_start(['name' => PREFIX . 'session', 'cookie_path' => '/', 'cookie_httponly' => true,
        'cookie_samesite' => 'Lax', 'cookie_secure' => IS_SECURE, 'use_strict_mode' => true,
        'cache_limiter' => '', 'read_and_close' => $isRead]);
    if (!$isOpen) throw new \RuntimeException('no session can be kept');
}

/** Keeps the tokens encrypted, for this customer alone. */
function keep(array $ids, array $tokens): void
{
    $kept = ['access' => $tokens['access_token'], 'refresh' => $tokens['refresh_token'] ?? '',
        'expiresAt' => time() + (int) ($tokens['expires_in'] ?? 3600)];
    $_SESSION['monerium'] = ['ids' => $ids, 'tokens' => seal(json_encode($kept), $ids['userId'])];
}

/** The two ids of the customer who is connected in this session, or null. */
function find_customer(): ?array
{
    if (!isset($_COOKIE[PREFIX . 'session']) && session_status() !== PHP_SESSION_ACTIVE) return null;
    open_session(true);
    return $_SESSION['monerium']['ids'] ?? null;
}

/**
 * The access token of the customer, or null: nobody is connected, or Monerium has ended it. It is
 * refreshed once: another request of this session waits for the lock, and finds the new tokens.
 * @throws Failure when Monerium cannot be asked. Nothing is lost: try later.
 */
function access_token(): ?string
{
    open_session();
    try {
        ['ids' => $ids, 'tokens' => $sealed] = $_SESSION['monerium'] ?? ['ids' => null, 'tokens' => ''];
        $kept = $ids ? json_decode(unseal($sealed, $ids['userId']) ?? '', true) : null;
        if (!$kept || $kept['expiresAt'] > time() + 60) return $kept['access'] ?? null;
        $tokens = ask_tokens(['grant_type' => 'refresh_token', 'refresh_token' => $kept['refresh']]);
        keep($ids, $tokens + ['refresh_token' => $kept['refresh']]);
        return $tokens['access_token'];
    } catch (Failure $failure) {
        if (!$failure->isEnd) throw $failure;
        unset($_SESSION['monerium']); // The customer has withdrawn, and can connect again.
        return null;
    } finally {
        session_write_close();
    }
}

/** The code and the verifier of a post. */
function read_post(): array
{
    [$type] = explode(';', $_SERVER['CONTENT_TYPE'] ?? '');
    if (strtolower(trim($type)) !== 'application/json') answer(415, ['error' => 'invalid_request']);
    $text = file_get_contents('php://input', length: 8193);
    if (strlen($text) > 8192) answer(413, ['error' => 'invalid_request']);
    $post = json_decode(preg_replace('/^\xEF\xBB\xBF/', '', $text), true);
    $code = $post['code'] ?? null;
    $verifier = $post['code_verifier'] ?? null;
    $isRight = is_string($code) && preg_match('/^[ -~]{1,2048}$/D', $code)
        && is_string($verifier) && preg_match('/^[A-Za-z0-9._~-]{43,128}$/D', $verifier)
        && ($post['redirect_uri'] ?? null) === PAGE_REDIRECT_URI
        && ($post['client_id'] ?? null) === CLIENT_ID;
    if (!$isRight) answer(400, ['error' => 'invalid_request']);
    return [$code, $verifier, PAGE_REDIRECT_URI];
}

/** For the pages of this site alone. A browser sends no `Origin` with a GET of its own origin. */
function session(string $method): never
{
    header('Vary: Origin');
    $origin = $_SERVER['HTTP_ORIGIN'] ?? null;
    $site = $_SERVER['HTTP_SEC_FETCH_SITE'] ?? 'same-origin';
    if ($origin === ORIGIN) {
        header("Access-Control-Allow-Origin: $origin");
        header('Access-Control-Allow-Methods: GET, POST, DELETE');
        header('Access-Control-Allow-Headers: content-type');
    } elseif ($origin !== null || $method !== 'GET' || $site !== 'same-origin') {
        answer(403, ['error' => 'access_denied']);
    }
    if ($method === 'POST') answer(200, connect_customer(...read_post()));
    if ($method === 'GET') {
        $ids = find_customer();
        answer($ids ? 200 : 204, $ids);
    }
    if ($method === 'DELETE' && find_customer()) {
        open_session();
        unset($_SESSION['monerium']);
    }
    answer(204);
}

/** Logs what failed, and where. The message of a fault may hold a secret. */
function report(\Throwable $fault): void
{
    $message = $fault instanceof \LogicException ? $fault->getMessage() : $fault::class;
    error_log("monerium-connect: $message in line {$fault->getLine()}");
}

function serve(): never
{
    header('Cache-Control: no-store');
    header('Referrer-Policy: no-referrer');
    $method = $_SERVER['REQUEST_METHOD'];
    $path = (string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
    $purpose = $_SERVER['HTTP_SEC_PURPOSE'] ?? $_SERVER['HTTP_PURPOSE'] ?? '';
    try {
        // A page that is only fetched ahead begins nothing.
        if (str_contains(strtolower($purpose), 'prefetch')) answer(503);
        [$route, $methods] = match (basename($path)) {
            'start' => [start(...), ['GET']],
            'callback' => [callback(...), ['GET']],
            'session' => [fn () => session($method), ['GET', 'POST', 'DELETE', 'OPTIONS']],
            default => answer(404, ['error' => 'invalid_request']),
        };
        if (!in_array($method, $methods, true)) answer(405, ['error' => 'invalid_request']);
        $route();
    } catch (Failure $failure) {
        $failure->answer();
    } catch (\Throwable $fault) {
        report($fault);
        answer(503, ['error' => 'temporarily_unavailable']);
    }
}

// Not when a page of yours requires this file.
if (get_included_files()[0] === __FILE__) serve();
