/// What a program in a sandbox finds hidden, and what it cannot change: all that another program of the same user would
/// trust it with, or be led by.
package enum HiddenPlaces {
    /// Directories in which others have their sockets and leave their files: empty inside.
    package static let emptied: [(path: String, mode: UInt32)] = [
        ("/run", 0o755), ("/tmp", 0o1777), ("/var/tmp", 0o1777), ("/dev/shm", 0o1777),
    ]

    /// Below the home directory: keys, tokens, cookies, and sockets of agents that hold keys.
    static let inHome = [
        ".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".colima", ".lima", ".oci", ".config/gcloud",
        ".config/gh", ".config/glab-cli", ".config/hub", ".config/op", ".config/rclone", ".config/sops",
        ".config/containers", ".config/doctl", ".config/heroku", ".config/git/credentials",
        ".config/pypoetry/auth.toml",
        ".config/google-chrome", ".config/chromium", ".config/BraveSoftware", ".mozilla", ".thunderbird",
        ".config/1Password", ".1password", ".config/Bitwarden", ".config/keepassxc", ".local/share/keyrings",
        ".password-store", ".age", ".pki", ".netrc", ".git-credentials", ".npmrc", ".yarnrc.yml", ".pypirc", ".pgpass",
        ".my.cnf", ".s3cfg", ".boto", ".vault-token", ".terraformrc", ".terraform.d", ".cargo/credentials.toml",
        ".cargo/credentials", ".gem/credentials", ".m2/settings.xml", ".gradle/gradle.properties", ".nuget/NuGet",
        ".databrickscfg", ".snowflake", ".fly", ".railway", ".wrangler", ".config/stripe", ".config/configstore",
        ".bash_history", ".zsh_history", ".local/share/fish/fish_history", ".python_history", ".node_repl_history",
        ".psql_history", ".mysql_history",
    ]

    /// Below the home directory: what runs, or is obeyed, the next time that somebody logs in or starts a program.
    static let guardedInHome = [
        ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".profile", ".zshrc", ".zshenv",
        ".zprofile", ".zlogin", ".zlogout", ".inputrc", ".pam_environment", ".xprofile", ".xinitrc", ".gitconfig",
        ".config/git", ".config/fish", ".config/systemd", ".config/autostart", ".config/environment.d",
        ".config/nvim", ".vimrc", ".vim", ".tmux.conf", ".config/tmux", ".local/bin", "bin", ".local/share/systemd",
    ]

    /// Outside of home directories.
    static let system = ["/var/run/docker.sock", "/var/lib/postern", "/etc/postern"]
}
