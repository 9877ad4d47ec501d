/// Sees to it that placeholders stand only where the credentials are written for which they stand.
///
/// A request with one in any other place is refused: whatever moved it there would have moved a key.
struct PlaceholderStage: Sendable {
    let tokens: SealedTokens

    /// Whether requests are looked at under this directory: some grant gives placeholders, or a token was sealed.
    func isOn(in directory: Directory) -> Bool { directory.givesPlaceholders || tokens.isInUse }

    /// Finds the placeholder that the API gave out, if a request has one.
    ///
    /// - Throws: ``ProxyError/placeholderLeaked(where:)`` for several that differ, or one that was not made here,
    ///   ``ProxyError/placeholderExpired``.
    func issued(
        in ingress: IngressRequest,
        _ directory: Directory,
        nowSeconds: Int64
    ) throws(ProxyError) -> IssuedPlaceholders.Meaning? {
        let head = ingress.head
        guard isOn(in: directory), directory.search.mayFind(in: head) else { return nil }
        var found: IssuedPlaceholders.Meaning?
        let fields = head.fields.map { FieldValue.basicPair(head[$0.value]) ?? Array(head[$0.value]) }
        for text in fields + [QueryParameters.decodedName(head[head.target])] {
            for finding in directory.search.findings(in: text) {
                guard case .issued(let digits) = finding.kind else { continue }
                guard let meaning = directory.issued.meaning(of: digits), found == nil || found == meaning else {
                    throw .placeholderLeaked(where: .otherSlot)
                }
                found = meaning
            }
        }
        if let found, nowSeconds >= found.endsAt { throw .placeholderExpired }
        return found
    }

    /// Checks an allowed request; returns where in it a sealed token is to be written.
    ///
    /// `issued` is the placeholder of the API's that it has; with `now`: nanoseconds of the monotonic clock.
    ///
    /// - Throws: ``ProxyError/placeholderLeaked(where:)``, or ``ProxyError/sealedTokenUnknown`` for a token that has ended.
    func check(
        _ allowed: AllowedRequest,
        issued: IssuedPlaceholders.Meaning?,
        in directory: Directory,
        now: UInt64
    ) throws(ProxyError) -> SealedSlot? {
        let ingress = allowed.identified.ingress
        guard isOn(in: directory), directory.search.mayFind(in: ingress.head) else { return nil }
        if let issued, issued.grant != allowed.rule.id || !issued.isFor(allowed.destination) {
            throw .placeholderLeaked(where: .host)
        }
        let slots = PlaceholderSlots(allowed, directory.search)
        try slots.checkURL()
        return try slots.checkFields(tokens, now: now)
    }

    /// Why to refuse a request for which there is no rule: the placeholder in it is the graver reason.
    func reason(_ error: ProxyError, for ingress: IngressRequest, in directory: Directory) -> ProxyError {
        switch error {
        case .noGrant, .unknownProvider:
            isOn(in: directory) && directory.search.mayFind(in: ingress.head)
                ? .placeholderLeaked(where: .otherSlot) : error
        default: error
        }
    }
}

extension PlaceholderSearch {
    /// Whether a closer look at a head is worth it.
    fileprivate func mayFind(in head: RequestHead) -> Bool {
        head.bytes.withUnsafeBytes(finds(in:)) || finds(inURL: head[head.target])
    }
}

/// A request's places for credentials, as the rule that allows it has them.
private struct PlaceholderSlots {
    private let ingress: IngressRequest
    private let head: RequestHead
    private let rule: AccessRule
    private let agent: String
    private let search: PlaceholderSearch

    init(_ allowed: AllowedRequest, _ search: PlaceholderSearch) {
        ingress = allowed.identified.ingress
        head = ingress.head
        rule = allowed.rule
        agent = allowed.identified.agent.name
        self.search = search
    }

    func checkURL() throws(ProxyError) {
        try require(head.target.lowerBound..<ingress.path.lowerBound, holdsNoneAs: .host)
        let pathSlot = rule.injection?.pathSlot(in: head[ingress.path])
        if let pathSlot { try requireOwn(QueryParameters.decodedName(head[pathSlot.place])) }
        try require(
            (pathSlot?.place.upperBound ?? ingress.path.lowerBound)..<ingress.path.upperBound,
            holdsNoneAs: .path
        )
        guard let query = ingress.query else { return }
        var others: [Range<Int>] = []
        var own: [Range<Int>] = []
        let parameters = rule.injection?.parameters ?? []
        head.bytes.withUnsafeBytes { bytes in
            let text = UnsafeRawBufferPointer(rebasing: bytes[query])
            QueryParameters.forEach(text) { pair, _ in
                let isSlot = parameters.contains { QueryParameters.pair(text[pair], mayName: $0.name) }
                let place = query.lowerBound + pair.lowerBound..<query.lowerBound + pair.upperBound
                if isSlot { own.append(place) } else { others.append(place) }
            }
        }
        for pair in others { try require(pair, holdsNoneAs: .query) }
        for pair in own { try requireOwn(QueryParameters.decodedName(head[pair])) }
    }

    func checkFields(_ tokens: SealedTokens, now: UInt64) throws(ProxyError) -> SealedSlot? {
        var sealed: SealedSlot?
        for (index, field) in head.fields.enumerated() {
            guard let injection = rule.injection, injection.replaces(field, in: head) else {
                let line = field.name.lowerBound..<field.value.upperBound
                guard head[line].withUnsafeBytes(search.finds(in:)) else { continue }
                if field.known == .host { throw .placeholderLeaked(where: .host) }
                let isPlain = field.name.count <= 64 && !head[field.name].withUnsafeBytes(search.finds(in:))
                throw .placeholderLeaked(where: .field(isPlain ? head.text(field.name) : nil))
            }
            guard let slot = try sealedSlot(index, tokens, now) else { continue }
            guard sealed == nil, injection.pathSlots.isEmpty else { throw .placeholderLeaked(where: .otherSlot) }
            sealed = slot
        }
        return sealed
    }

    /// The sealed token that a credential field asks for.
    private func sealedSlot(_ index: Int, _ tokens: SealedTokens, _ now: UInt64) throws(ProxyError) -> SealedSlot? {
        let value = head[head.fields[index].value]
        let pair = FieldValue.basicPair(value)
        let text = pair ?? Array(value)
        var sealed: SealedSlot?
        for finding in search.findings(in: text) {
            switch finding.kind {
            case .credential(let id) where id == rule.placeholderID: continue
            // That it is for this rule was checked before.
            case .issued: continue
            case .credential, .neither: throw .placeholderLeaked(where: .otherSlot)
            case .token(let id):
                let before = text[..<finding.range.lowerBound]
                guard sealed == nil, before.suffix(SealedTokens.prefix.count).elementsEqual(SealedTokens.prefix),
                    let owner = rule.tokenOwner
                else { throw .placeholderLeaked(where: .otherSlot) }
                switch tokens.token(id, for: owner, now: now) {
                case .foreign: throw .placeholderLeaked(where: .otherSlot)
                case .unknown: throw .sealedTokenUnknown
                case .found(let token):
                    sealed = SealedSlot(
                        field: index,
                        before: Array(before.dropLast(SealedTokens.prefix.count)),
                        after: Array(text[finding.range.upperBound...]),
                        isBasic: pair != nil,
                        token: token
                    )
                }
            }
        }
        return sealed
    }

    private func require(_ range: Range<Int>, holdsNoneAs place: PlaceholderPlace) throws(ProxyError) {
        if search.finds(inURL: head[range]) { throw .placeholderLeaked(where: place) }
    }

    /// Requires that whatever placeholder stands in a slot of the URL is the one for its credential.
    private func requireOwn(_ text: [UInt8]) throws(ProxyError) {
        for finding in search.findings(in: text) {
            switch finding.kind {
            case .credential(let id) where id == rule.placeholderID: continue
            case .issued: continue
            case .credential, .token, .neither: throw .placeholderLeaked(where: .otherSlot)
            }
        }
    }
}
