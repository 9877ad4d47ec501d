internal import PosternCore

/// `inject`: every place into which a provider's credential is written.
enum InjectionKeys {
    /// Reads the list; `nil` after noting why it cannot be used.
    static func read(_ table: TableReader) -> [InjectionTemplate]? {
        guard let elements = table.tables("inject") else { return nil }
        guard !elements.isEmpty else {
            table.refuse("inject", "is empty, so no credential would be sent")
            return nil
        }
        var targets: Set<String> = []
        let templates: [InjectionTemplate] = elements.compactMap { element in
            let form = InjectionForm(element)
            guard let form,
                let template = element.attempt("inject", in: table, { () throws(Refusal) in try form.template() })
            else { return nil }
            for target in self.targets(of: template) where !targets.insert(target).inserted {
                element.refuse("`inject` in \(table.title) writes \(target) twice")
                return nil
            }
            return template
        }
        guard templates.count == elements.count else { return nil }
        guard templates.contains(where: { !$0.variables.isEmpty }) else {
            table.refuse(
                "inject",
                "has no variable such as {secret}",
                hint: "the secret itself does not belong in this file; name it in a [[secret]]"
            )
            return nil
        }
        return templates
    }

    /// What a template writes, so that two templates do not write the same.
    private static func targets(of template: InjectionTemplate) -> [String] {
        switch template {
        case .header(let name, _): ["the header `\(name.lowercased())`"]
        case .basic: ["the header `authorization`"]
        case .query(let name, _): ["the query parameter `\(name)`"]
        case .path(let template): ["the path \(template.parts)"]
        case .awsSignature:
            ["authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"].map { "the header `\($0)`" }
        }
    }
}

extension TableReader {
    /// Like ``attempt(_:line:_:)``, for an element of a list in `owner`.
    fileprivate func attempt<Result>(
        _ key: String,
        in owner: TableReader,
        _ body: () throws(Refusal) -> Result
    ) -> Result? {
        owner.attempt(key, line: line, body)
    }
}
