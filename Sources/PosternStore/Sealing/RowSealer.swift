internal import Crypto
internal import FoundationEssentials
internal import GRDB
internal import PosternCore

/// Seals rows: HMAC-SHA512 over the table and all columns, of which the first half is kept beside the row.
///
/// The second half is never written down; it is what the row adds to the sum over all rows.
struct RowSealer {
    /// What a row is sealed with.
    struct Seal {
        static let byteCount = 32

        let bytes: Data
        let summand: StateSum
    }

    /// With the key taken in, which costs as much as a short row.
    private let keyed: HMAC<SHA512>
    private var form = CanonicalForm()

    init(_ keys: StoreKeys) { keyed = HMAC<SHA512>(key: keys.rows) }

    /// The seal of a row with these values.
    mutating func seal(_ values: [DatabaseValue], in table: Table) -> Seal {
        form.removeAll()
        form.append("row")
        form.append(table.name)
        for value in values.prefix(table.originalCount) { form.append(value) }
        // A row from before a column was added is sealed as it was then.
        for (index, value) in values.enumerated().dropFirst(table.originalCount) where !value.isNull {
            form.append(Int64(index))
            form.append(value)
        }
        return code().withUnsafeBytes { code in
            Seal(
                bytes: Data(code[..<Seal.byteCount]),
                summand: StateSum(UnsafeRawBufferPointer(rebasing: code[Seal.byteCount...]))
            )
        }
    }

    /// The seal of `meta`, which holds for one set of rows.
    mutating func seal(_ meta: Meta, sum: StateSum) -> Data {
        form.removeAll()
        form.append("meta")
        form.append(meta.storeID)
        form.append(meta.createdAt)
        form.append(Int64(meta.generation))
        sum.bytes.withUnsafeBytes { form.append($0) }
        return code().withUnsafeBytes { Data($0[..<Seal.byteCount]) }
    }

    private func code() -> HMAC<SHA512>.MAC {
        var code = keyed
        form.bytes.withUnsafeBytes { code.update(data: $0) }
        return code.finalize()
    }

    /// Compares in time that does not depend on where two seals differ.
    static func areEqual(_ left: Data, _ right: Data) -> Bool {
        left.withUnsafeBytes { left in right.withUnsafeBytes { ConstantTime.areEqual(left, $0) } }
    }
}
