// The backend of <monerium-connect> in one file, with the standard library of Go 1.24 alone.
//
//	GET    {base}/start     leads to Monerium                    the server starts the flow
//	GET    {base}/callback  exchanges the code, and leads back
//	POST   {base}/session   exchanges a code of the page         the page starts the flow
//	GET    {base}/session   says who is connected                both: `stay-connected`
//	DELETE {base}/session   ends it
//
// Try it: CLIENT_ID=… SECRET=… BASE_URL=http://localhost:8000/monerium PORT=8000 go run connect.go
// A handler of yours: `AccessToken(request)`.
package main

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

var (
	clientID = setting("CLIENT_ID", "")
	base     = strings.TrimRight(setting("BASE_URL", ""), "/") // As browsers see it, also behind a proxy.
	api      = setting("MONERIUM_API_URL", "https://api.monerium.dev")
	callback = base + "/callback"
	// A page that starts the flow has the redirect URI of its element.
	pageRedirectURI = setting("REDIRECT_URI", callback)
	origin          = regexp.MustCompile(`^https?://[^/]+`).FindString(base)
	isSecure        = strings.HasPrefix(base, "https:")
	// Claims and sessions are files here. The folder is for one process: its locks are in memory.
	data = setting("DATA", "monerium-data")
	seal = newSeal(strings.Fields(setting("SECRET", "")))
)

const (
	day      = 24 * time.Hour
	deadline = 15 * time.Second // Less than the 20 of the element.
	maxFlows = 4
)

// Failure is what went wrong, by a code of docs/errors.md.
type Failure struct {
	name string
	// isEnd: Monerium has refused the grant itself.
	isEnd bool
}

func (failure Failure) Error() string { return failure.name }

// The status and the error code of the response to a script.
func statusOf(err error) (int, string) {
	var failure Failure
	if !errors.As(err, &failure) {
		log.Printf("monerium-connect: %T", err) // Its text may hold a secret.
		return 503, "temporarily_unavailable"
	}
	switch failure.name {
	case "exchange_rejected", "transaction_not_found":
		return 400, "invalid_grant"
	case "rate_limited":
		return 429, "temporarily_unavailable"
	case "exchange_timeout":
		return 504, "temporarily_unavailable"
	}
	return 502, "server_error"
}

func answer(writer http.ResponseWriter, status int, body any) {
	writer.Header().Set("Content-Type", "application/json")
	writer.WriteHeader(status)
	json.NewEncoder(writer).Encode(body)
}

func refuse(writer http.ResponseWriter, status int, code string) {
	answer(writer, status, map[string]string{"error": code})
}

func redirect(writer http.ResponseWriter, place string) {
	writer.Header().Set("Location", place)
	writer.WriteHeader(http.StatusSeeOther)
}

func random() string {
	bytes := make([]byte, 32)
	rand.Read(bytes) // It never fails: see its documentation.
	return base64.RawURLEncoding.EncodeToString(bytes)
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Seal encrypts with AES-256-GCM. The first secret seals, and all of them open.
type Seal []cipher.AEAD

// SECRET is made by `openssl rand -base64 32`. It may be several, with spaces between.
func newSeal(secrets []string) (seal Seal) {
	for _, secret := range secrets {
		key, _ := hkdf.Key(sha256.New, []byte(secret), nil, "monerium-connect", 32)
		block, _ := aes.NewCipher(key)
		gcm, _ := cipher.NewGCMWithRandomNonce(block)
		seal = append(seal, gcm)
	}
	return seal
}

// What is sealed for one purpose opens for no other.
func (seal Seal) close(value any, purpose string) string {
	text, _ := json.Marshal(value)
	return base64.RawURLEncoding.EncodeToString(seal[0].Seal(nil, nil, text, []byte(purpose)))
}

// Tells whether it was sealed here, and for this purpose.
func (seal Seal) open(sealed, purpose string, value any) bool {
	bytes, _ := base64.RawURLEncoding.DecodeString(sealed)
	for _, gcm := range seal {
		if text, err := gcm.Open(nil, nil, bytes, []byte(purpose)); err == nil {
			return json.Unmarshal(text, value) == nil
		}
	}
	return false
}

// Flow is what a flow needs when the customer comes back.
type Flow struct {
	State, Verifier, ReturnTo string
	At                        time.Time
}

func prefixed(name string) string {
	if isSecure {
		return "__Host-" + name // Keeps out what other hosts have set.
	}
	return name
}

func setCookie(writer http.ResponseWriter, name, value string, seconds int) {
	http.SetCookie(writer, &http.Cookie{Name: prefixed(name), Value: value, MaxAge: seconds,
		Path: "/", HttpOnly: true, Secure: isSecure, SameSite: http.SameSiteLaxMode})
}

var flowName = regexp.MustCompile(`^monerium-flow-\d{13}-[0-9a-f]{16}$`)

// The sealed flows of this browser by their names, the newest first.
func flowsOf(request *http.Request) (names []string, sealed map[string]string) {
	sealed = map[string]string{}
	for _, cookie := range request.Cookies() {
		name, isOwn := strings.CutPrefix(cookie.Name, prefixed(""))
		if _, isKnown := sealed[name]; isOwn && !isKnown && flowName.MatchString(name) {
			names = append(names, name)
			sealed[name] = cookie.Value
		}
	}
	slices.Sort(names)
	slices.Reverse(names)
	return names, sealed
}

// The flow that this browser has begun with this state, with its name. Without a state: the newest.
func findFlow(request *http.Request, state *string) (name string, flow Flow) {
	names, sealed := flowsOf(request)
	for _, name := range names {
		isWanted := state == nil || strings.HasSuffix(name, hash(*state)[:16])
		if isWanted && seal.open(sealed[name], callback+clientID, &flow) && (state == nil || flow.State == *state) {
			return name, flow
		}
	}
	return "", Flow{}
}

var (
	unsafe  = regexp.MustCompile(`[\x00-\x1f\x7f\\]`)
	foreign = regexp.MustCompile(`(?i)^(code|state|iss|error|error_description|error_uri|monerium_result|\w*token)(=|$)`)
)

// A path of this site with its query, or nothing for what may lead to another site, or in a circle.
func readReturnTo(value string) string {
	value, _, _ = strings.Cut(value, "#")
	page, query, _ := strings.Cut(value, "?")
	isPath := strings.HasPrefix(page, "/") && !strings.Contains(page, "//")
	isCircle := origin+page == base+"/start" || origin+page == callback
	if !isPath || isCircle || unsafe.MatchString(value) || len(value) > 2048 {
		return ""
	}
	// What belongs to a response, or is a token, is not for the page.
	kept := slices.DeleteFunc(strings.Split(query, "&"), func(pair string) bool {
		name, err := url.QueryUnescape(pair)
		return err != nil || pair == "" || foreign.MatchString(name)
	})
	if len(kept) > 0 {
		page += "?" + strings.Join(kept, "&")
	}
	escaped := ""
	for _, character := range []byte(page) {
		if character > ' ' && character <= '~' {
			escaped += string(rune(character))
		} else {
			escaped += fmt.Sprintf("%%%02X", character)
		}
	}
	return escaped
}

func start(writer http.ResponseWriter, request *http.Request) {
	query := request.URL.Query()
	flow := Flow{State: random(), Verifier: random(), ReturnTo: readReturnTo(query.Get("return_to")), At: time.Now()}
	names, _ := flowsOf(request)
	for len(names) >= maxFlows {
		setCookie(writer, names[len(names)-1], "", -1)
		names = names[:len(names)-1]
	}
	name := fmt.Sprintf("monerium-flow-%013d-%s", flow.At.UnixMilli(), hash(flow.State)[:16])
	setCookie(writer, name, seal.close(flow, callback+clientID), int(day.Seconds()))
	challenge := sha256.Sum256([]byte(flow.Verifier))
	auth := url.Values{
		"client_id":             {clientID},
		"redirect_uri":          {callback},
		"response_type":         {"code"},
		"code_challenge":        {base64.RawURLEncoding.EncodeToString(challenge[:])},
		"code_challenge_method": {"S256"},
		"state":                 {flow.State},
	}
	email := query.Get("email")
	if len(email) >= 3 && len(email) <= 254 && !regexp.MustCompile(`[\x00-\x1f\x7f]`).MatchString(email) {
		auth.Set("email", email)
	}
	if mode := query.Get("auth_mode"); mode == "login" || mode == "signup" {
		auth.Set("auth_mode", mode)
	}
	redirect(writer, api+"/auth?"+auth.Encode())
}

// Ends a flow. Its error is a code of docs/errors.md, or a fault of this server.
func finish(writer http.ResponseWriter, request *http.Request, flow Flow) error {
	query := request.URL.Query()
	code, failed := query.Get("code"), query.Get("error")
	age := time.Since(flow.At)
	switch {
	case flow.State == "":
		return Failure{name: "transaction_not_found"}
	case age > day || age < -day:
		return Failure{name: "transaction_expired"}
	case len(query["state"]) > 1 || len(query["code"]) > 1 || len(query["error"]) > 1 || len(query["iss"]) > 1,
		(code == "") == (failed == ""), len(code) > 2048:
		return Failure{name: "response_invalid"}
	case failed == "access_denied":
		return Failure{name: failed}
	case failed == "server_error" || failed == "temporarily_unavailable":
		return Failure{name: "authorization_unavailable"}
	case failed != "":
		return Failure{name: "authorization_error"}
	}
	_, err := connect(writer, request, code, flow.Verifier, callback)
	return err
}

func comeBack(writer http.ResponseWriter, request *http.Request) {
	query := request.URL.Query()
	state := query.Get("state")
	wanted := &state
	// Monerium may leave the state out of an error. That proves nothing, so the flow goes on.
	isUnproven := state == "" && query.Has("error") && !query.Has("code")
	if isUnproven {
		wanted = nil
	}
	name, flow := findFlow(request, wanted)
	if name != "" && !isUnproven {
		setCookie(writer, name, "", -1)
	}
	result := "connected"
	if err := finish(writer, request, flow); err != nil {
		var failure Failure
		result = "server_unavailable"
		if errors.As(err, &failure) {
			result = failure.name
		} else {
			log.Printf("monerium-connect: %T", err)
		}
		// A reload, or Back: the customer who is connected by now is led on.
		if session, _ := readSession(request); result == "transaction_not_found" && session != nil {
			result = "connected"
		}
	}
	place, separator := flow.ReturnTo, "?"
	if place == "" {
		place = "/"
	}
	if strings.Contains(place, "?") {
		separator = "&"
	}
	redirect(writer, origin+place+separator+"monerium_result="+result)
}

// The redirects of Monerium are not followed: a code belongs to one address.
var client = http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

type fields map[string]any

func (fields fields) text(name string) string {
	text, _ := fields[name].(string)
	return text
}

// The fields of a JSON object. Sent once: a second use can make Monerium revoke the tokens.
func ask(ctx context.Context, method, path string, headers map[string]string, form url.Values) (fields, error) {
	request, err := http.NewRequestWithContext(ctx, method, api+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.GetBody = nil // Without it, no request is repeated.
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	var body []byte
	if err == nil {
		defer response.Body.Close()
		body, err = io.ReadAll(io.LimitReader(response.Body, 65537))
	}
	if ctx.Err() != nil {
		return nil, Failure{name: "exchange_timeout"}
	}
	if err != nil {
		return nil, Failure{name: "exchange_network"}
	}
	var read fields
	isObject := len(body) <= 65536 && json.Unmarshal(body, &read) == nil && read != nil
	switch status := response.StatusCode; {
	case status == 200 && isObject:
		return read, nil
	case status == 429:
		return nil, Failure{name: "rate_limited"}
	case status >= 500:
		return nil, Failure{name: "server_unavailable"}
	case status >= 400:
		return nil, Failure{name: "exchange_rejected", isEnd: (status == 400 || status == 401) && isAboutGrant(read)}
	}
	return nil, Failure{name: "exchange_bad_response"}
}

// Whether Monerium has refused the grant itself, in the shape of OAuth or in its own.
func isAboutGrant(read fields) bool {
	named, _ := read["errors"].(map[string]any)
	_, isRefresh := named["refresh_token"]
	return read["error"] == "invalid_grant" || isRefresh && len(named) == 1
}

// Tokens are what a session keeps of Monerium.
type Tokens struct {
	Access, Refresh string
	ExpiresAt       time.Time
}

var bearer = regexp.MustCompile(`^[!-~]+$`)

func askTokens(ctx context.Context, grant url.Values) (read fields, tokens Tokens, err error) {
	grant.Set("client_id", clientID)
	headers := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	if read, err = ask(ctx, "POST", "/auth/token", headers, grant); err != nil {
		return read, tokens, err
	}
	tokens = Tokens{Access: read.text("access_token"), Refresh: read.text("refresh_token")}
	if !bearer.MatchString(tokens.Access) || !strings.EqualFold(read.text("token_type"), "bearer") {
		return read, tokens, Failure{name: "exchange_bad_response"}
	}
	seconds, err := strconv.ParseFloat(fmt.Sprint(read["expires_in"]), 64)
	if err != nil {
		seconds = 3600
	}
	tokens.ExpiresAt = time.Now().Add(time.Duration(seconds * float64(time.Second)))
	return read, tokens, nil
}

// IDs are the customer's.
type IDs struct {
	Profile string `json:"profile"`
	UserID  string `json:"userId"`
}

var identifier = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,128}$`)

func (ids IDs) areGood() bool {
	return identifier.MatchString(ids.Profile) && identifier.MatchString(ids.UserID)
}

func readIDs(read fields) IDs {
	profile := read.text("profile")
	if profile == "" {
		profile = read.text("defaultProfile")
	}
	return IDs{profile, read.text("userId")}
}

func askIDs(ctx context.Context, token string) (IDs, error) {
	headers := map[string]string{"Authorization": "Bearer " + token, "Accept": "application/vnd.monerium.api-v2+json"}
	read, err := ask(ctx, "GET", "/auth/context", headers, nil)
	ids := readIDs(read)
	if profiles, _ := read["profiles"].([]any); ids.Profile == "" && len(profiles) == 1 {
		only, _ := profiles[0].(map[string]any)
		ids.Profile = fields(only).text("id")
	}
	if err != nil || !ids.areGood() {
		return ids, Failure{name: "profile_unavailable"}
	}
	return ids, nil
}

// Whether nobody has sent this code before: of all who make one file, one succeeds.
func claim(code string) (bool, error) {
	file, err := os.OpenFile(filepath.Join(data, "claim-"+hash(code)), os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		return true, file.Close()
	}
	if errors.Is(err, os.ErrExist) {
		return false, nil
	}
	return false, err
}

// Deletes old files. Monerium's codes live for minutes, and a session that nobody uses for a month is over.
func sweep() {
	for range time.Tick(time.Minute) {
		for pattern, age := range map[string]time.Duration{"claim-*": time.Hour, "session-*": 30 * day} {
			names, _ := filepath.Glob(filepath.Join(data, pattern))
			for _, name := range names {
				if file, err := os.Stat(name); err == nil && time.Since(file.ModTime()) > age {
					os.Remove(name)
				}
			}
		}
	}
}

// Session is a file that is named by the hash of its ID, so that the file opens no session.
type Session struct {
	file string
	IDs  IDs
	// Sealed for this file alone.
	Tokens string
}

var sessionID = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// The session of the cookie, or nil.
func readSession(request *http.Request) (*Session, error) {
	cookie, err := request.Cookie(prefixed("session"))
	if err != nil || !sessionID.MatchString(cookie.Value) {
		return nil, nil
	}
	session := &Session{file: "session-" + hash(cookie.Value)}
	text, err := os.ReadFile(filepath.Join(data, session.file))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(text, session)
	}
	if err != nil {
		return nil, err
	}
	return session, nil
}

// Another file takes its place, so that a crash leaves the old one or the new one.
func (session *Session) write(tokens Tokens) error {
	session.Tokens = seal.close(tokens, session.file)
	text, _ := json.Marshal(session)
	file := filepath.Join(data, session.file)
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// The locks of the sessions, which share them by the hash in the name of their file.
var locks [256]sync.Mutex

func (session *Session) lock() *sync.Mutex {
	first, _ := strconv.ParseUint(session.file[len("session-"):][:2], 16, 8)
	return &locks[first]
}

// Ends the session of a request, after a refresh that is under way.
func end(request *http.Request) error {
	session, err := readSession(request)
	if session == nil {
		return err
	}
	session.lock().Lock()
	defer session.lock().Unlock()
	return os.Remove(filepath.Join(data, session.file))
}

// Exchanges a code once, and begins a session for the customer.
func connect(writer http.ResponseWriter, request *http.Request, code, verifier, redirectURI string) (IDs, error) {
	// A customer who leaves the page meanwhile must not cost the tokens.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(request.Context()), deadline)
	defer cancel()
	isFirst, err := claim(code)
	if err != nil {
		return IDs{}, err
	}
	if !isFirst {
		return IDs{}, Failure{name: "transaction_not_found"}
	}
	read, tokens, err := askTokens(ctx, url.Values{"grant_type": {"authorization_code"}, "code": {code},
		"code_verifier": {verifier}, "redirect_uri": {redirectURI}})
	if err != nil {
		return IDs{}, err
	}
	ids := readIDs(read)
	if !ids.areGood() {
		if ids, err = askIDs(ctx, tokens.Access); err != nil {
			return ids, err
		}
	}
	// A new session: somebody may know the old one, or have planted it.
	id := random()
	session := Session{file: "session-" + hash(id), IDs: ids}
	if err := errors.Join(session.write(tokens), end(request)); err != nil {
		return ids, err
	}
	setCookie(writer, "session", id, 0)
	return ids, nil
}

// AccessToken is the customer's. It is empty when nobody is connected, or Monerium has ended it. It
// is refreshed once: another request waits for the lock, and finds the new tokens. A Failure means
// that Monerium could not be asked. Nothing is lost: try later.
func AccessToken(request *http.Request) (string, error) {
	session, err := readSession(request)
	if session == nil {
		return "", err
	}
	session.lock().Lock()
	defer session.lock().Unlock()
	// What was read before the lock may be outdated.
	if session, err = readSession(request); session == nil {
		return "", err
	}
	var tokens Tokens
	if !seal.open(session.Tokens, session.file, &tokens) {
		return "", nil
	}
	if time.Until(tokens.ExpiresAt) > time.Minute {
		return tokens.Access, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(request.Context()), deadline)
	defer cancel()
	grant := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens.Refresh}}
	_, renewed, err := askTokens(ctx, grant)
	var failure Failure
	if errors.As(err, &failure) && failure.isEnd {
		// The customer has withdrawn, and can connect again.
		return "", os.Remove(filepath.Join(data, session.file))
	}
	if err != nil {
		return "", err
	}
	if renewed.Refresh == "" {
		renewed.Refresh = tokens.Refresh
	}
	return renewed.Access, session.write(renewed)
}

var (
	codeForm     = regexp.MustCompile(`^[ -~]+$`)
	verifierForm = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)
)

func post(writer http.ResponseWriter, request *http.Request) {
	kind, _, _ := mime.ParseMediaType(request.Header.Get("Content-Type"))
	if kind != "application/json" {
		refuse(writer, 415, "invalid_request")
		return
	}
	text, err := io.ReadAll(http.MaxBytesReader(writer, request.Body, 8192))
	if err != nil {
		refuse(writer, 413, "invalid_request")
		return
	}
	var sent fields
	err = json.Unmarshal(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), &sent)
	code, verifier := sent.text("code"), sent.text("code_verifier")
	isRight := err == nil && codeForm.MatchString(code) && len(code) <= 2048 && verifierForm.MatchString(verifier) &&
		sent.text("redirect_uri") == pageRedirectURI && sent.text("client_id") == clientID
	if !isRight {
		refuse(writer, 400, "invalid_request")
		return
	}
	ids, err := connect(writer, request, code, verifier, pageRedirectURI)
	if err != nil {
		status, name := statusOf(err)
		refuse(writer, status, name)
		return
	}
	answer(writer, 200, ids)
}

// For the pages of this site alone. A browser sends no `Origin` with a GET of its own origin.
func session(writer http.ResponseWriter, request *http.Request) {
	from, site := request.Header.Get("Origin"), request.Header.Get("Sec-Fetch-Site")
	header := writer.Header()
	header.Set("Vary", "Origin")
	if from == origin {
		header.Set("Access-Control-Allow-Origin", origin)
		header.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
		header.Set("Access-Control-Allow-Headers", "content-type")
	} else if from != "" || request.Method != "GET" || (site != "" && site != "same-origin") {
		refuse(writer, 403, "access_denied")
		return
	}
	if request.Method == "POST" {
		post(writer, request)
		return
	}
	var found *Session
	var err error
	if request.Method == "GET" {
		found, err = readSession(request)
	} else if request.Method == "DELETE" {
		err = end(request)
	}
	if err != nil {
		status, name := statusOf(err)
		refuse(writer, status, name)
	} else if found != nil {
		answer(writer, 200, found.IDs)
	} else {
		writer.WriteHeader(204)
	}
}

func serve(writer http.ResponseWriter, request *http.Request) {
	writer.Header().Set("Cache-Control", "no-store")
	writer.Header().Set("Referrer-Policy", "no-referrer")
	purpose := request.Header.Get("Sec-Purpose") + request.Header.Get("Purpose")
	if strings.Contains(strings.ToLower(purpose), "prefetch") {
		writer.WriteHeader(503) // A page that is only fetched ahead begins nothing.
		return
	}
	routes := map[string]http.HandlerFunc{"start": start, "callback": comeBack, "session": session}
	route := path.Base(request.URL.Path)
	methods := []string{"GET"}
	if route == "session" {
		methods = []string{"GET", "POST", "DELETE", "OPTIONS"}
	}
	if routes[route] == nil {
		refuse(writer, 404, "invalid_request")
	} else if !slices.Contains(methods, request.Method) {
		refuse(writer, 405, "invalid_request")
	} else {
		routes[route](writer, request)
	}
}

func main() {
	if len(setting("SECRET", "")) < 32 || origin == "" || clientID == "" {
		log.Fatal("monerium-connect: invalid_config: CLIENT_ID, BASE_URL, and a SECRET of 32 bytes")
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		log.Fatal(err)
	}
	go sweep()
	http.HandleFunc("/", serve)
	server := http.Server{Addr: "127.0.0.1:" + setting("PORT", "8000"), ReadTimeout: deadline}
	log.Fatal(server.ListenAndServe())
}
