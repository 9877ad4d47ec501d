/// What a request's JSON body must hold.
///
/// A body is judged whole and before anything of it is sent, so it is bounded.
package struct BodyRules: Hashable, Sendable {
    /// The most bytes of a body that are looked into unless a rule says otherwise.
    package static let defaultMaxBytes = 1 << 20

    /// All of them must hold.
    package let conditions: [BodyCondition]
    /// The most bytes of a body that are looked into; of a longer one nothing is known.
    package let maxBytes: Int

    package init(conditions: [BodyCondition], maxBytes: Int = BodyRules.defaultMaxBytes) {
        self.conditions = conditions
        self.maxBytes = maxBytes
    }

    /// Judges a whole request body.
    ///
    /// `contentType` and `contentEncoding` are the values of these fields, `nil` where there is none; a request with two
    /// of a kind is not to be judged but refused.
    package func judge(contentType: ArraySlice<UInt8>?, contentEncoding: ArraySlice<UInt8>?, body: [UInt8]) -> Verdict {
        switch JSONBody.read(contentType, contentEncoding, body, maxBytes: maxBytes) {
        case .unknown(let reason): return .unknown(reason)
        case .read(let document):
            var work = MatchingWork()
            for condition in conditions {
                let verdict = condition.judge(document.root, work: &work)
                if verdict != .holds { return verdict }
            }
            return .holds
        }
    }
}

/// A body that is plainly JSON, or why it is not.
enum JSONBody {
    case read(JSONDocument)
    case unknown(String)

    /// Reads a body only if nobody could take it for anything else.
    static func read(
        _ contentType: ArraySlice<UInt8>?,
        _ contentEncoding: ArraySlice<UInt8>?,
        _ body: [UInt8],
        maxBytes: Int
    ) -> JSONBody {
        guard contentEncoding == nil else {
            return .unknown("the body is content-encoded, so it cannot be looked into")
        }
        guard let contentType, let type = MediaType(contentType), type.isJSON else {
            return .unknown("the body is not of type application/json")
        }
        guard type.isUTF8 else { return .unknown("the body is not in UTF-8") }
        guard !body.isEmpty else { return .unknown("the body is empty") }
        guard body.count <= maxBytes else { return .unknown("the body is longer than \(maxBytes) bytes") }
        do throws(JSONFault) {
            return .read(try JSONDocument(body))
        } catch {
            return .unknown("the body is not JSON: \(error.reason)")
        }
    }
}
