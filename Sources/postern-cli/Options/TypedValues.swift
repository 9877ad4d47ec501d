import ArgumentParser
import PosternCLI

extension Span: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension NamedValue: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension BodyConditionText: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
