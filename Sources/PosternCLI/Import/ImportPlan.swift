package import PosternCore

/// What of a file of variables is stored, as which secrets, and what is left.
package struct ImportPlan {
    /// A value to store, and the variables that hold it.
    package struct Item {
        package let secret: String
        package let provider: String
        package let value: Secret
        package internal(set) var variables: [String]
    }

    package private(set) var items: [Item] = []
    private(set) var left: [ImportReport.Left] = []

    /// Decides for every variable of a file.
    package init(_ file: DotEnvFile) {
        for variable in file.variables {
            switch ImportTarget(variable: variable.name, value: variable.value) {
            case .none(let reason): left.append(ImportReport.Left(variable: variable.name, reason: reason))
            case .provider(let provider): add(variable, provider)
            }
        }
    }

    /// Adds a value; the same one in two variables, such as `GITHUB_TOKEN` and `GH_TOKEN`, is one secret.
    private mutating func add(_ variable: DotEnvFile.Variable, _ provider: String) {
        let same = items.firstIndex { $0.provider == provider && $0.value.isEqual(to: variable.value) }
        if let same { return items[same].variables.append(variable.name) }
        items.append(
            Item(
                secret: ImportPlan.name(variable.name),
                provider: provider,
                value: variable.value,
                variables: [variable.name]
            )
        )
    }

    /// `anthropic-api-key` of `ANTHROPIC_API_KEY`.
    private static func name(_ variable: String) -> String {
        let letters = variable.lowercased().map { $0 == "_" || $0 == "." ? "-" : $0 }
        return String(String(letters.drop { $0 == "-" }).prefix(64))
    }
}
