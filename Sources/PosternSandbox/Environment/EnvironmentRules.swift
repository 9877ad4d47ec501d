/// Which variables clients read, and which hold what others are trusted with.
package enum EnvironmentRules {
    /// Both cases: curl reads only the lower one for `http`, others only the upper one.
    static let proxies = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    static let exceptions = ["no_proxy", "NO_PROXY"]
    /// Written so that every client reads it: some take `[::1]` or a range of addresses for an error.
    static let noProxy = "localhost,127.0.0.1,::1"

    /// These replace what a client trusts, so they name everything that it is to trust.
    static let bundles = [
        "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "AWS_CA_BUNDLE", "PIP_CERT",
        "npm_config_cafile", "CARGO_HTTP_CAINFO", "HTTPLIB2_CA_CERTS", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    ]
    /// These add to it.
    static let additions = ["NODE_EXTRA_CA_CERTS", "DENO_CERT"]

    /// Whether a variable of this name is left behind.
    package static func isSecret(_ name: String) -> Bool {
        let upper = name.uppercased()
        if names.contains(upper) { return true }
        if harmless.contains(upper) { return false }
        let words = upper.split { !$0.isLetter && !$0.isNumber }
        return words.contains(where: isSecretWord) || secretPrefixes.contains { upper.hasPrefix($0) }
    }

    private static func isSecretWord(_ word: Substring) -> Bool {
        secretWords.contains(String(word)) || secretEndings.contains { word.hasSuffix($0) }
    }

    /// Sockets of agents, terminals and desktops, and what programs are led by.
    private static let names: Set = [
        "SSH_AUTH_SOCK", "SSH_AGENT_PID", "SSH_ASKPASS", "GPG_AGENT_INFO", "GPG_TTY", "DBUS_SESSION_BUS_ADDRESS",
        "DBUS_SYSTEM_BUS_ADDRESS", "DOCKER_HOST", "DOCKER_CONFIG", "KUBECONFIG", "XAUTHORITY", "DISPLAY",
        "WAYLAND_DISPLAY", "PULSE_SERVER", "TMUX", "TMUX_TMPDIR", "STY", "SESSION_MANAGER", "NOTIFY_SOCKET",
        "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "CREDENTIALS_DIRECTORY", "KRB5CCNAME", "VAULT_ADDR",
        "VSCODE_IPC_HOOK_CLI", "VSCODE_GIT_IPC_HANDLE", "GIT_ASKPASS", "SUDO_ASKPASS", "PGPASSFILE", "NETRC",
        "GOOGLE_APPLICATION_CREDENTIALS", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "AWS_PROFILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "DATABASE_URL", "REDIS_URL", "MONGODB_URI", "AMQP_URL",
    ]
    private static let secretWords: Set = [
        "TOKENS", "SECRETS", "PASS", "PWD", "KEY", "KEYS", "CREDENTIAL", "CREDENTIALS", "CREDS", "AUTH", "COOKIE",
        "PAT", "DSN", "SIGNING", "PRIVATE", "WEBHOOK",
    ]
    /// What words end in that are written as one, such as PGPASSWORD and _authToken.
    private static let secretEndings = [
        "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "SSHPASS", "APIKEY", "ACCESSKEY", "PRIVATEKEY",
    ]
    private static let secretPrefixes = ["POSTERN_", "ALTER_", "ACTIONS_", "CI_JOB_"]
    /// Where the caller is, which only looks like it.
    private static let harmless: Set = ["PWD"]
}
