import ArgumentParser
import PosternCLI
import PosternCommand

struct Completions: ParsableCommand {
    enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

    static let configuration = CommandConfiguration(
        abstract: "Print a script that completes commands and options in a shell.",
        discussion: """
            bash: postern completions bash > ~/.local/share/bash-completion/completions/postern
            zsh:  postern completions zsh > ~/.zfunc/_postern, with fpath+=~/.zfunc before compinit
            fish: postern completions fish > ~/.config/fish/completions/postern.fish
            """
    )

    @Argument(help: "The shell.")
    var shell: Shell

    func run() {
        let script =
            switch shell {
            case .bash: Postern.completionScript(for: .bash)
            case .zsh: Postern.completionScript(for: .zsh)
            case .fish: Postern.completionScript(for: .fish)
            }
        Output.write(script.hasSuffix("\n") ? script : script + "\n")
    }
}
