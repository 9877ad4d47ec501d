internal import PosternCore

/// One place for a credential as it is written: in `inject`, or in the catalogue.
enum InjectionForm {
    case header(name: String, value: String)
    case basic(username: String, password: String)
    case query(name: String, value: String)
    case path(String)
    case awsSignature(service: String?, region: String?)

    /// Takes a place of the catalogue, where exactly one form is filled in.
    init(_ place: CatalogueInjection) throws(Refusal) {
        if let name = place.header, let value = place.value {
            self = .header(name: name, value: value)
        } else if let username = place.basicUsername, let password = place.basicPassword {
            self = .basic(username: username, password: password)
        } else if let name = place.query, let value = place.value {
            self = .query(name: name, value: value)
        } else if let path = place.path {
            self = .path(path)
        } else if let signature = place.awsSignature {
            self = .awsSignature(service: signature.service, region: signature.region)
        } else {
            throw Refusal("the catalogue's entry is incomplete")
        }
    }

    /// Takes a table of `inject`; `nil` after noting why it is none of the forms.
    init?(_ table: TableReader) {
        let isBasic = table.has("basic_username") || table.has("basic_password")
        var forms = ["header", "query", "path", "aws_signature"].filter(table.has)
        if isBasic { forms.append("basic_username") }
        defer { table.finish() }
        guard forms.count == 1, let form = forms.first else {
            _ = table.has("value")
            table.refuse(
                "an element of `inject` needs exactly one of `header`, `basic_username`, `query`, `path` and `aws_signature`",
                hint: "write { header = \"x-api-key\", value = \"{secret}\" } or another of the forms"
            )
            return nil
        }
        switch form {
        case "header":
            guard let name = table.string("header"), let value = table.requiredString("value") else { return nil }
            self = .header(name: name.value, value: value.value)
        case "query":
            guard let name = table.string("query"), let value = table.requiredString("value") else { return nil }
            self = .query(name: name.value, value: value.value)
        case "path":
            guard let path = table.string("path") else { return nil }
            self = .path(path.value)
        case "aws_signature":
            guard let signature = table.table("aws_signature") else { return nil }
            let (service, region) = (signature.string("service"), signature.string("region"))
            signature.finish()
            self = .awsSignature(service: service?.value, region: region?.value)
        default:
            guard let username = table.requiredString("basic_username"),
                let password = table.requiredString("basic_password")
            else { return nil }
            self = .basic(username: username.value, password: password.value)
        }
    }

    /// The place, once its names and texts have been checked.
    func template() throws(Refusal) -> InjectionTemplate {
        switch self {
        case .header(let name, let value):
            try FieldRules.checkHeaderName(name)
            guard !value.isEmpty else { throw Refusal("the value of `\(name)` is empty") }
            return .header(name: name, value: try FieldRules.valueTemplate(value))
        case .query(let name, let value):
            try FieldRules.checkQueryName(name)
            return .query(name: name, value: try FieldRules.valueTemplate(value))
        case .path(let text):
            return .path(try FieldRules.pathTemplate(text))
        case .awsSignature(let service, let region):
            return .awsSignature(service: try scopeTemplate(service), region: try scopeTemplate(region))
        case .basic(let username, let password):
            let name = try FieldRules.valueTemplate(username)
            for part in name.parts {
                if case .literal(let text) = part, text.contains(":") {
                    throw Refusal("a Basic user name cannot hold a colon")
                }
            }
            return .basic(username: name, password: try FieldRules.valueTemplate(password))
        }
    }

    private func scopeTemplate(_ text: String?) throws(Refusal) -> Template? {
        guard let text else { return nil }
        guard !text.isEmpty else { throw Refusal("the service or region of `aws_signature` is empty") }
        let template = try FieldRules.valueTemplate(text)
        guard InjectionTemplate.signingSecrets.isDisjoint(with: template.variables) else {
            throw Refusal("the service or region of `aws_signature`, which are sent, name a secret")
        }
        return template
    }
}
