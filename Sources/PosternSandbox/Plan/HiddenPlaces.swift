/// What a program in a sandbox finds hidden, and what it cannot change: all that another program of the same user would
/// trust it with, or be led by.
package enum HiddenPlaces {
    /// Directories in which others have their sockets and leave their files: empty inside.
    package static let emptied: [(path: String, mode: UInt32)] = [
        (devices, 0o755), ("/run", 0o755), ("/tmp", 0o1777), ("/var/tmp", 0o1777),
    ]

    static let devices = "/dev"
    static let sharedMemory = "/dev/shm"

    /// What there is of devices: none of hardware, which hears, sees and holds disks, and no terminal but the program's.
    static func devices(terminal: String?) -> [SandboxMount] {
        ["null", "zero", "full", "random", "urandom", "tty"].map { .kept("\(devices)/\($0)", isReadOnly: false) }
            + [
                .directory(sharedMemory, mode: 0o1777), .terminals("/dev/pts"), .link("/dev/ptmx", to: "pts/ptmx"),
                .link("/dev/fd", to: "/proc/self/fd"), .link("/dev/stdin", to: "/proc/self/fd/0"),
                .link("/dev/stdout", to: "/proc/self/fd/1"), .link("/dev/stderr", to: "/proc/self/fd/2"),
            ] + (terminal.map { [.moved("/dev/console", from: $0)] } ?? [])
    }

    /// What root may set without any privilege, since it owns it: parts of the kernel, of which one starts programs outside.
    static let kernel = [
        "/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/acpi", "/sys",
    ]

    /// Below the home directory: keys, tokens, cookies, and sockets of agents that hold keys.
    static let inHome = [
        ".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".colima", ".lima", ".rd", ".orbstack", ".minikube",
        ".oci", ".config/gcloud", ".config/gh", ".config/glab-cli", ".config/hub", ".config/op", ".config/rclone",
        ".config/sops",
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
        ".zprofile", ".zlogin", ".zlogout", ".oh-my-zsh", ".kshrc", ".cshrc", ".tcshrc", ".login", ".logout",
        ".config/fish", ".config/nushell", ".inputrc", ".pam_environment", ".direnvrc", ".config/direnv",
        ".xprofile", ".xinitrc", ".xsession", ".xsessionrc", ".config/sway", ".config/i3", ".config/hypr",
        ".config/plasma-workspace", ".config/autostart", ".config/environment.d", ".config/systemd",
        ".local/share/systemd", ".local/share/applications", ".gitconfig", ".config/git", ".config/nvim", ".vimrc",
        ".vim", ".emacs", ".emacs.d", ".config/emacs", ".gdbinit", ".lldbinit", ".tmux.conf", ".config/tmux",
        ".screenrc", ".config/kitty", ".config/alacritty", ".config/wezterm", ".cargo/env", ".cargo/config.toml",
        ".nvm/nvm.sh", ".gradle/init.d", ".local/bin", "bin",
    ]

    /// Of what is hidden below the home directory, what its programs obey: commands to run, and who may log in.
    static let obeyedInHome = [
        ".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".config/gcloud", ".config/containers", ".npmrc",
        ".yarnrc.yml", ".terraformrc", ".m2/settings.xml", ".gradle/gradle.properties",
    ]

    /// Outside of home directories.
    static let system = ["/var/run/docker.sock", "/var/lib/postern", "/etc/postern"]
}
