<?php
/**
 * Plugin Name: Monerium Connect
 * Description: Connects WordPress users with Monerium by the shortcode [monerium_connect]. Unofficial.
 * Version: 0.1.0
 * Requires at least: 6.6
 * Requires PHP: 8.1
 * License: MIT
 *
 * Below `{home}/monerium`, which needs permalinks that are not plain:
 *
 *   GET    /start     leads to Monerium                    the server starts the flow
 *   GET    /callback  exchanges the code, and leads back
 *   POST   /session   exchanges a code of the page         the page starts the flow
 *   GET    /session   says who is connected                both: `stay-connected`
 *   DELETE /session   ends it
 *
 * A connection belongs to the WordPress user. A visitor who is not signed in goes to the login
 * first: without an account there is nobody whose tokens could be kept.
 * A plugin of yours: `Monerium\access_token(get_current_user_id())`.
 */
declare(strict_types=1);

namespace Monerium;

defined('ABSPATH') || exit;

const META = 'monerium_connection'; // With the user: the two ids, and the tokens sealed.
const CLAIM = 'monerium_claim_'; // Among the options: each code that was sent, by its hash.
const SECONDS = 15; // For all requests of a flow: less than the 20 of the element.
const MAX_FLOWS = 4;
const SETTINGS = [
    'monerium_client_id' => 'ID of your Authorization Code Flow client',
    'monerium_environment' => 'Environment: sandbox or production',
    'monerium_page' => 'Redirect URI of a page that starts the flow itself, if there is one',
];

function client_id(): string
{
    return (string) get_option('monerium_client_id');
}

function api(): string
{
    if (defined('MONERIUM_API_URL')) return MONERIUM_API_URL; // In wp-config.php: an emulator.
    $is_live = get_option('monerium_environment') === 'production';
    return $is_live ? 'https://api.monerium.app' : 'https://api.monerium.dev';
}

function route(string $name): string
{
    return home_url("/monerium/$name");
}

function origin(): string
{
    return preg_replace('~^(https?://[^/]+).*~s', '$1', home_url('/'));
}

/** What went wrong, by a code of docs/errors.md, and the response to a script. */
final class Failure extends \Exception
{
    private const ANSWERS = [
        'exchange_rejected' => [400, 'invalid_grant'],
        'transaction_not_found' => [400, 'invalid_grant'],
        'rate_limited' => [429, 'temporarily_unavailable'],
        'exchange_timeout' => [504, 'temporarily_unavailable'],
    ];

    public function __construct(public readonly string $name, public readonly bool $is_end = false)
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
    status_header($status);
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

/** Of the keys in wp-config.php. With other keys, customers have to connect again. */
function key(): string
{
    return hash_hkdf('sha256', wp_salt('secure_auth'), 32, 'monerium-connect');
}

/** Encrypts by AES-256-GCM. What is sealed for one purpose opens for no other. */
function seal(array $value, string $purpose): string
{
    $nonce = random_bytes(12);
    $text = json_encode($value, JSON_UNESCAPED_SLASHES);
    $sealed = openssl_encrypt($text, 'aes-256-gcm', key(), OPENSSL_RAW_DATA, $nonce, $tag, $purpose);
    return base64url($nonce . $tag . $sealed);
}

/** The value, or null when somebody has changed it. */
function unseal(string $sealed, string $purpose): ?array
{
    $bytes = (string) base64_decode(strtr($sealed, '-_', '+/'), true);
    if (strlen($bytes) < 28) return null; // A shorter tag would be easier to guess.
    [$nonce, $tag, $rest] = [substr($bytes, 0, 12), substr($bytes, 12, 16), substr($bytes, 28)];
    $text = openssl_decrypt($rest, 'aes-256-gcm', key(), OPENSSL_RAW_DATA, $nonce, $tag, $purpose);
    return $text === false ? null : json_decode($text, true);
}

/** The query parameters as lists: Monerium sends none of them twice. */
function query(): array
{
    $lists = [];
    // WordPress adds slashes to what comes in.
    foreach (explode('&', wp_unslash($_SERVER['QUERY_STRING'] ?? '')) as $pair) {
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
    $is_circle = in_array(origin() . $path, [route('start'), route('callback')], true);
    if (str_contains($path, '//') || $is_circle) return null;
    // What belongs to a response, or is a token, is not for the page.
    $foreign = '~^(code|state|iss|error|error_description|error_uri|monerium_result|\w*token)(=|$)~i';
    $kept = array_filter(explode('&', $query), fn ($pair) => !preg_match($foreign, urldecode($pair)));
    $place = $path . ($kept && $query !== '' ? '?' . implode('&', $kept) : '');
    return preg_replace_callback('/[^!-~]/', fn ($byte) => rawurlencode($byte[0]), $place);
}

function prefix(): string
{
    return (str_starts_with(origin(), 'https:') ? '__Host-' : '') . 'monerium-flow-';
}

/** The sealed flows of this browser by their names, the newest first. */
function flows(): array
{
    $name = '/^' . prefix() . '\d{13}-[0-9a-f]{16}$/D';
    $own = array_filter($_COOKIE, fn ($key) => preg_match($name, (string) $key), ARRAY_FILTER_USE_KEY);
    krsort($own, SORT_STRING);
    return $own;
}

/** A flow belongs to a client, and to the WordPress user who has begun it. */
function purpose(): string
{
    return implode(' ', ['flow', client_id(), get_current_user_id()]);
}

/** The flow that this user has begun here with this state, or null. Without a state: the newest. */
function find_flow(?string $state): ?array
{
    foreach (flows() as $name => $sealed) {
        $flow = unseal((string) $sealed, purpose());
        if ($flow && in_array($state, [null, $flow['state']], true)) return $flow + ['name' => $name];
    }
    return null;
}

function set_flow(string $name, string $value, int $seconds): void
{
    $secure = str_starts_with(origin(), 'https:') ? '; Secure' : '';
    header("Set-Cookie: $name=$value; Max-Age=$seconds; Path=/; HttpOnly; SameSite=Lax$secure", false);
}

function start(): never
{
    if (!is_user_logged_in()) redirect(wp_login_url(origin() . wp_unslash($_SERVER['REQUEST_URI'])));
    $query = query();
    [$state, $verifier] = [base64url(random_bytes(32)), base64url(random_bytes(32))];
    $flow = ['state' => $state, 'verifier' => $verifier, 'at' => time()];
    $flow['return_to'] = return_to($query['return_to'][0] ?? '');
    foreach (array_slice(array_keys(flows()), MAX_FLOWS - 1) as $oldest) set_flow($oldest, '', 0);
    $hash = substr(hash('sha256', $state), 0, 16);
    set_flow(sprintf('%s%013d-%s', prefix(), microtime(true) * 1000, $hash), seal($flow, purpose()), DAY_IN_SECONDS);
    $email = $query['email'][0] ?? '';
    $mode = $query['auth_mode'][0] ?? '';
    redirect(api() . '/auth?' . http_build_query([
        'client_id' => client_id(),
        'redirect_uri' => route('callback'),
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
        if (abs(time() - $flow['at']) > DAY_IN_SECONDS) throw new Failure('transaction_expired');
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
        connect_user($code, $flow['verifier'], route('callback'));
        return 'connected';
    } catch (Failure $failure) {
        // A reload, or Back: the customer who is connected by now is led on.
        $is_second = $failure->name === 'transaction_not_found' && find_ids(get_current_user_id());
        return $is_second ? 'connected' : $failure->name;
    } catch (\Throwable $fault) {
        report($fault);
        return 'server_unavailable';
    }
}

function callback(): never
{
    $query = query();
    // Monerium may leave the state out of an error. That proves nothing, so the flow goes on.
    $is_unproven = !isset($query['state']) && isset($query['error']) && !isset($query['code']);
    $flow = find_flow($is_unproven ? null : $query['state'][0] ?? '');
    if ($flow && !$is_unproven) set_flow($flow['name'], '', 0);
    $result = finish($query, $flow);
    $place = $flow['return_to'] ?? (wp_parse_url(home_url('/'), PHP_URL_PATH) ?? '/');
    redirect(origin() . $place . (str_contains($place, '?') ? '&' : '?') . "monerium_result=$result");
}

/** The fields of a JSON object. Sent once, and no redirect is followed. */
function ask(float $deadline, string $path, array $options, ?string $failure = null): array
{
    $left = max(0.001, $deadline - microtime(true));
    $usual = ['timeout' => $left, 'redirection' => 0, 'limit_response_size' => 65536];
    $answer = wp_remote_request(api() . $path, $options + $usual);
    $fault = is_wp_error($answer) ? $answer->get_error_message() : '';
    $status = (int) wp_remote_retrieve_response_code($answer);
    $fields = json_decode(wp_remote_retrieve_body($answer), true);
    if ($status === 200 && is_array($fields)) return $fields;
    throw new Failure($failure ?? match (true) {
        str_contains($fault, 'cURL error 28') => 'exchange_timeout',
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
function ask_tokens(float $deadline, array $grant): array
{
    $body = $grant + ['client_id' => client_id()];
    $tokens = ask($deadline, '/auth/token', ['method' => 'POST', 'body' => $body]);
    $token = $tokens['access_token'] ?? null;
    $is_token = is_string($token) && preg_match('/^[!-~]+$/D', $token);
    $type = $tokens['token_type'] ?? null;
    $is_bearer = is_string($type) && strtolower($type) === 'bearer';
    if (!$is_token || !$is_bearer) throw new Failure('exchange_bad_response');
    return $tokens;
}

/** The two ids of the customer, or null. */
function read_ids(array $fields): ?array
{
    $profile = $fields['profile'] ?? $fields['defaultProfile'] ?? null;
    $ids = ['profile' => $profile, 'userId' => $fields['userId'] ?? null];
    foreach ($ids as $id) {
        if (!is_string($id) || !preg_match('/^[A-Za-z0-9._:-]{1,128}$/D', $id)) return null;
    }
    return $ids;
}

function ask_context(float $deadline, string $token): array
{
    $accept = 'application/vnd.monerium.api-v2+json';
    $headers = ['Authorization' => "Bearer $token", 'Accept' => $accept];
    $fields = ask($deadline, '/auth/context', ['headers' => $headers], 'profile_unavailable');
    $profiles = is_array($fields['profiles'] ?? null) ? $fields['profiles'] : [];
    $only = count($profiles) === 1 ? ($profiles[0]['id'] ?? null) : null;
    return read_ids($fields + ['defaultProfile' => $only]) ?? throw new Failure('profile_unavailable');
}

/** Whether nobody has sent this code before: the name of an option is unique. */
function claim(string $code): bool
{
    global $wpdb;
    $old = $wpdb->esc_like(CLAIM) . '%';
    $delete = "DELETE FROM $wpdb->options WHERE option_name LIKE %s AND option_value < %d";
    $wpdb->query($wpdb->prepare($delete, $old, time() - HOUR_IN_SECONDS)); // Codes live for minutes.
    // Not add_option(): it would overwrite an option that another process has just added.
    $insert = "INSERT IGNORE INTO $wpdb->options (option_name, option_value, autoload) VALUES (%s, %d, 'off')";
    $rows = $wpdb->query($wpdb->prepare($insert, CLAIM . hash('sha256', $code), time()));
    if ($rows === false) throw new \RuntimeException('no claim can be kept');
    return $rows === 1;
}

/** Exchanges a code once, and keeps the tokens with the user who is signed in. */
function connect_user(string $code, string $verifier, string $redirect_uri): array
{
    $deadline = microtime(true) + SECONDS;
    // A second use can make Monerium revoke the tokens of the first.
    if (!claim($code)) throw new Failure('transaction_not_found');
    $tokens = ask_tokens($deadline, ['grant_type' => 'authorization_code', 'code' => $code,
        'code_verifier' => $verifier, 'redirect_uri' => $redirect_uri]);
    $ids = read_ids($tokens) ?? ask_context($deadline, $tokens['access_token']);
    keep(get_current_user_id(), $ids, $tokens);
    return $ids;
}

/** Keeps the tokens encrypted, for this user alone. */
function keep(int $user, array $ids, array $tokens): void
{
    $kept = ['access' => $tokens['access_token'], 'refresh' => $tokens['refresh_token'] ?? '',
        'until' => time() + (int) ($tokens['expires_in'] ?? 3600)];
    update_user_meta($user, META, ['ids' => $ids, 'tokens' => seal($kept, "user $user")]);
}

/** The two ids of the user who is connected, or null. */
function find_ids(int $user): ?array
{
    return $user ? get_user_meta($user, META, true)['ids'] ?? null : null;
}

/**
 * The access token of a user, or null: they are not connected, or Monerium has ended it. It is
 * refreshed once: another process waits for the lock, and finds the new tokens.
 * @throws Failure when Monerium cannot be asked. Nothing is lost: try later.
 */
function access_token(int $user): ?string
{
    global $wpdb;
    $lock = $wpdb->prefix . "monerium_$user";
    if ($wpdb->get_var($wpdb->prepare('SELECT GET_LOCK(%s, %d)', $lock, SECONDS)) !== '1') {
        throw new Failure('exchange_timeout');
    }
    try {
        wp_cache_delete($user, 'user_meta'); // What was read before the lock may be outdated.
        $row = get_user_meta($user, META, true) ?: ['ids' => [], 'tokens' => ''];
        $kept = unseal($row['tokens'], "user $user");
        if (!$kept || $kept['until'] > time() + 60) return $kept['access'] ?? null;
        $grant = ['grant_type' => 'refresh_token', 'refresh_token' => $kept['refresh']];
        $tokens = ask_tokens(microtime(true) + SECONDS, $grant);
        keep($user, $row['ids'], $tokens + ['refresh_token' => $kept['refresh']]);
        return $tokens['access_token'];
    } catch (Failure $failure) {
        if (!$failure->is_end) throw $failure;
        delete_user_meta($user, META); // The customer has withdrawn, and can connect again.
        return null;
    } finally {
        $wpdb->query($wpdb->prepare('DO RELEASE_LOCK(%s)', $lock));
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
    $redirect_uri = get_option('monerium_page') ?: route('callback');
    $is_right = is_string($code) && preg_match('/^[ -~]{1,2048}$/D', $code)
        && is_string($verifier) && preg_match('/^[A-Za-z0-9._~-]{43,128}$/D', $verifier)
        && ($post['redirect_uri'] ?? null) === $redirect_uri
        && ($post['client_id'] ?? null) === client_id();
    if (!$is_right) answer(400, ['error' => 'invalid_request']);
    return [$code, $verifier, $redirect_uri];
}

/** For the pages of this site alone. A browser sends no `Origin` with a GET of its own origin. */
function session(string $method): never
{
    header('Vary: Origin');
    $origin = $_SERVER['HTTP_ORIGIN'] ?? null;
    $site = $_SERVER['HTTP_SEC_FETCH_SITE'] ?? 'same-origin';
    $is_read = $origin === null && $method === 'GET' && $site === 'same-origin';
    if ($origin !== origin() && !$is_read) answer(403, ['error' => 'access_denied']);
    $user = get_current_user_id();
    if ($method === 'GET') {
        $ids = find_ids($user);
        answer($ids ? 200 : 204, $ids);
    }
    if ($method === 'DELETE') {
        delete_user_meta($user, META);
        answer(204);
    }
    $grant = read_post();
    if (!$user) answer(401, ['error' => 'access_denied']);
    answer(200, connect_user(...$grant));
}

/** Logs what failed, and where. The message of a fault may hold a secret. */
function report(\Throwable $fault): void
{
    error_log('monerium-connect: ' . $fault::class . " in line {$fault->getLine()}");
}

/** Not as routes of the REST API: those want a nonce, which a link has not. */
function serve(): void
{
    $path = (string) wp_parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
    $name = basename($path);
    if (!in_array($name, ['start', 'callback', 'session'], true)) return;
    if (origin() . $path !== route($name)) return;
    ini_set('display_errors', '0'); // A message may hold secrets, so it is not shown to browsers.
    $GLOBALS['wpdb']->hide_errors();
    header('Cache-Control: no-store');
    header('Referrer-Policy: no-referrer');
    $method = $_SERVER['REQUEST_METHOD'];
    $purpose = $_SERVER['HTTP_SEC_PURPOSE'] ?? $_SERVER['HTTP_PURPOSE'] ?? '';
    try {
        // A page that is only fetched ahead begins nothing.
        if (str_contains(strtolower($purpose), 'prefetch')) answer(503);
        $methods = $name === 'session' ? ['GET', 'POST', 'DELETE'] : ['GET'];
        if (!in_array($method, $methods, true)) answer(405, ['error' => 'invalid_request']);
        match ($name) {
            'start' => start(),
            'callback' => callback(),
            'session' => session($method),
        };
    } catch (Failure $failure) {
        $failure->answer();
    } catch (\Throwable $fault) {
        report($fault);
        answer(503, ['error' => 'temporarily_unavailable']);
    }
}

/** The link, or who is connected. It needs no script. */
function shortcode(): string
{
    $here = wp_unslash($_SERVER['REQUEST_URI']);
    $result = wp_unslash($_GET['monerium_result'] ?? '');
    $user = get_current_user_id();
    if (!$user) {
        $link = '<a class="monerium-sign-in" href="%s">%s</a>';
        return sprintf($link, esc_url(wp_login_url(origin() . $here)), 'Sign in to connect with Monerium');
    }
    if (find_ids($user)) {
        $form = '<form class="monerium-connected" method="post" action="%s"><p>Connected with Monerium</p>'
            . '<input type="hidden" name="action" value="monerium_disconnect">%s<button>Disconnect</button></form>';
        return sprintf($form, esc_url(admin_url('admin-post.php')), wp_nonce_field('monerium_disconnect', display: false));
    }
    $start = route('start') . '?return_to=' . rawurlencode($here);
    $text = $result === 'access_denied' ? 'You have not connected.' : 'This did not work. Try again.';
    $failed = is_string($result) && $result !== '' && $result !== 'connected'
        ? '<p class="monerium-failed" role="alert">' . esc_html($text) . '</p>' : '';
    return sprintf('%s<a class="monerium-connect" href="%s">Connect with Monerium</a>', $failed, esc_url($start));
}

function settings_page(): void
{
    echo '<div class="wrap"><h1>Monerium</h1><form method="post" action="options.php">';
    settings_fields('monerium');
    echo '<p>Register this redirect URI at Monerium: <code>' . esc_html(route('callback')) . '</code></p>';
    foreach (SETTINGS as $name => $label) {
        $field = '<p><label>%s<br><input class="regular-text" name="%s" value="%s"></label></p>';
        printf($field, esc_html($label), esc_attr($name), esc_attr((string) get_option($name)));
    }
    submit_button();
    echo '</form></div>';
}

add_action('init', serve(...));
add_shortcode('monerium_connect', shortcode(...));
add_action('admin_menu', function (): void {
    add_options_page('Monerium', 'Monerium', 'manage_options', 'monerium', settings_page(...));
});
add_action('admin_init', function (): void {
    foreach (array_keys(SETTINGS) as $name) {
        register_setting('monerium', $name, ['sanitize_callback' => 'sanitize_text_field']);
    }
});
add_action('admin_post_monerium_disconnect', function (): void {
    check_admin_referer('monerium_disconnect');
    delete_user_meta(get_current_user_id(), META);
    wp_safe_redirect(remove_query_arg('monerium_result', wp_get_referer() ?: home_url('/')));
    exit;
});
// A page that shows who is connected belongs in no cache.
add_action('template_redirect', function (): void {
    if (has_shortcode((string) get_post()?->post_content, 'monerium_connect')) nocache_headers();
});

function uninstall(): void
{
    global $wpdb;
    delete_metadata('user', 0, META, '', true);
    foreach (array_keys(SETTINGS) as $name) delete_option($name);
    $wpdb->query($wpdb->prepare("DELETE FROM $wpdb->options WHERE option_name LIKE %s", $wpdb->esc_like(CLAIM) . '%'));
}

register_uninstall_hook(__FILE__, 'Monerium\uninstall');
