package import PosternCommand
internal import PosternConfig

/// The names of the commands, as they stand below one another.
package struct CommandTree {
    private let name: String
    private let children: [CommandTree]

    package init(_ name: String, _ children: [CommandTree]) {
        self.name = name
        self.children = children
    }

    /// That a noun or a verb is none, and which is near, as it is typed from the beginning: `postern agent list`.
    ///
    /// `nil` if `arguments`, those behind the program's name, begin with a command.
    package func failure(for arguments: [String]) -> CommandFailure? {
        var tree = self
        var typed = name
        for argument in arguments {
            guard !tree.children.isEmpty, !argument.hasPrefix("-") else { return nil }
            guard let child = tree.children.first(where: { $0.name == argument }) else {
                let nearest = Suggestion.nearest(to: argument, among: tree.children.map(\.name))
                return CommandFailure(
                    usage: "`\(typed)` has no command `\(argument)`",
                    hint: nearest.map { "did you mean `\(typed) \($0)`?" } ?? "see `\(typed) --help`"
                )
            }
            tree = child
            typed += " \(child.name)"
        }
        return nil
    }
}
