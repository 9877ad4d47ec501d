/// A credential rendered into the places where one provider wants it: nothing is left to do for a request but to copy.
package struct InjectionPlan: Sendable {
    /// A field line with its CRLF, and the name under which the client's own must go.
    package struct Field: Sendable {
        package let name: FieldName
        package let line: Secret
        /// Whether there is anything secret in it.
        let holdsSecret: Bool
    }

    /// A query parameter.
    package struct Parameter: Sendable {
        /// The decoded name.
        package let name: [UInt8]
        /// `name=value`, percent-encoded.
        package let pair: Secret
        /// Whether there is anything secret in it.
        let holdsSecret: Bool
    }

    /// The leading path, around the secret.
    package struct PathSlot: Sendable {
        package let prefix: [UInt8]
        package let secret: Secret
        package let suffix: [UInt8]
        /// The slot as it is shown, with the variable's name in place of the secret.
        package let shown: [UInt8]

        /// The place in `path` of what the client wrote for the secret; `nil` if the path is not of this shape.
        package func placeholder(in path: ArraySlice<UInt8>) -> Range<Int>? {
            guard path.starts(with: prefix) else { return nil }
            let start = path.startIndex + prefix.count
            let end = path[start...].firstIndex(of: UInt8(ascii: "/")) ?? path.endIndex
            guard end > start, path[end...].starts(with: suffix) else { return nil }
            return start..<end
        }
    }

    package let fields: [Field]
    package let parameters: [Parameter]
    package let pathSlots: [PathSlot]
    /// By which requests are signed, where that is how the credential is used.
    package let signature: AWSSignature?
    /// What must not come back in an answer.
    package let scrubbing: ScrubPatterns

    /// Renders `credential` for `provider`.
    ///
    /// - Throws: ``DirectoryError`` if a template names a variable that the credential lacks, or the bytes cannot
    ///   stand in their place.
    package init(_ credential: Credential, for provider: Provider) throws(DirectoryError) {
        var fields: [Field] = []
        var parameters: [Parameter] = []
        var pathSlots: [PathSlot] = []
        var derived: [[UInt8]] = []
        var signature: AWSSignature?
        let values = RenderedTemplate.Values(credential)
        guard credential.secrets.values.allSatisfy({ $0.count <= ScrubPatterns.maximumSecretLength }) else {
            throw .unusableCredential("it is longer than \(ScrubPatterns.maximumSecretLength) bytes")
        }
        for template in provider.injection {
            switch template {
            case .header(let name, let value):
                let bytes = try values.render(value)
                fields.append(try InjectionPlan.field(name, bytes, holdsSecret: values.nameSecret(value)))
            case .basic(let username, let password):
                let pair = try values.render(username) + [UInt8(ascii: ":")] + values.render(password)
                // What is searched for in answers bounds the buffers in which they are searched.
                guard pair.count <= 2 * ScrubPatterns.maximumSecretLength + 1 else {
                    throw .unusableCredential("its user name and password are too long")
                }
                let encoded = Base64.encode(pair)
                derived.append(encoded)
                let value = Array("Basic ".utf8) + encoded
                fields.append(try InjectionPlan.field("Authorization", value, holdsSecret: true))
            case .query(let name, let value):
                let encodedName = QueryParameters.encoded(name.utf8)
                let pair = encodedName + [UInt8(ascii: "=")] + QueryParameters.encoded(try values.render(value))
                parameters.append(
                    Parameter(name: Array(name.utf8), pair: Secret(pair), holdsSecret: values.nameSecret(value))
                )
            case .path(let template):
                pathSlots.append(try values.pathSlot(template))
            case .awsSignature(let service, let region):
                signature = try AWSSignature(
                    credential,
                    service: try values.render(ifAny: service),
                    region: try values.render(ifAny: region)
                )
            }
        }
        guard derived.allSatisfy({ $0.count <= 6 * ScrubPatterns.maximumSecretLength }) else {
            throw .unusableCredential("its user name and password are too long")
        }
        self.fields = fields
        self.parameters = parameters
        self.pathSlots = pathSlots
        self.signature = signature
        scrubbing = ScrubPatterns(
            secrets: Array(credential.secrets.values) + derived.map { Secret($0) } + credential.retired,
            addedLength: signature.map { _ in AWSSignature.length }
        )
    }

    /// The slot that a path has, and the place in the head of what the client wrote there for the secret.
    func pathSlot(in path: ArraySlice<UInt8>) -> (slot: PathSlot, place: Range<Int>)? {
        for slot in pathSlots {
            if let place = slot.placeholder(in: path) { return (slot, place) }
        }
        return nil
    }

    /// Whether a field of the client's goes for what is written in its place, or could be taken for it.
    func replaces(_ field: HeadField, in head: RequestHead) -> Bool {
        field.known == .credential || fields.contains { head.isNamed(field, $0.name) }
            || signature?.replaces(field, in: head) ?? false
    }

    private static func field(_ name: String, _ value: [UInt8], holdsSecret: Bool) throws(DirectoryError) -> Field {
        // libcurl and every formatter of heads would send a CRLF as it is; nothing but visible text gets here.
        guard value.allSatisfy({ (0x20...0x7e).contains($0) }), value.first != 0x20, value.last != 0x20, !value.isEmpty
        else { throw .unusableCredential("it holds bytes that cannot stand in a header field") }
        return Field(
            name: FieldName(name),
            line: Secret(Array(name.utf8) + Array(": ".utf8) + value + Array("\r\n".utf8)),
            holdsSecret: holdsSecret
        )
    }
}

/// Filling in templates with a credential's values.
private enum RenderedTemplate {
    struct Values {
        private let credential: Credential

        init(_ credential: Credential) { self.credential = credential }

        func nameSecret(_ template: Template) -> Bool {
            template.variables.contains { credential.secrets[$0] != nil }
        }

        func render(_ template: Template) throws(DirectoryError) -> [UInt8] {
            var bytes: [UInt8] = []
            for part in template.parts {
                switch part {
                case .literal(let text): bytes.append(contentsOf: text.utf8)
                case .variable(let name): bytes.append(contentsOf: try value(name))
                }
            }
            return bytes
        }

        func render(ifAny template: Template?) throws(DirectoryError) -> [UInt8]? {
            guard let template else { return nil }
            return try render(template)
        }

        func pathSlot(_ template: Template) throws(DirectoryError) -> InjectionPlan.PathSlot {
            var prefix: [UInt8] = []
            var suffix: [UInt8] = []
            var shown: [UInt8] = []
            var secret: Secret?
            for part in template.parts {
                switch part {
                case .literal(let text):
                    shown.append(contentsOf: text.utf8)
                    if secret == nil {
                        prefix.append(contentsOf: text.utf8)
                    } else {
                        suffix.append(contentsOf: text.utf8)
                    }
                case .variable(let name):
                    guard secret == nil else { throw .unusableCredential("a path template has one variable") }
                    shown.append(contentsOf: "{\(name)}".utf8)
                    // `:` is part of Telegram's tokens and may stand in a path segment as it is (RFC 3986 section 3.3).
                    let bytes = try value(name)
                    guard bytes.allSatisfy({ ByteClass.isPath($0) && !"/%\\;".utf8.contains($0) }) else {
                        throw .unusableCredential("it holds bytes that cannot stand in a path")
                    }
                    secret = Secret(bytes)
                }
            }
            guard let secret, prefix.first == UInt8(ascii: "/") else {
                throw .unusableCredential("a path template starts with / and has one variable")
            }
            return InjectionPlan.PathSlot(prefix: prefix, secret: secret, suffix: suffix, shown: shown)
        }

        private func value(_ name: String) throws(DirectoryError) -> [UInt8] {
            if let secret = credential.secrets[name] { return secret.withBytes(Array.init) }
            if let input = credential.inputs[name] { return Array(input.utf8) }
            throw .missingVariable(name, credential: credential.name)
        }
    }
}
