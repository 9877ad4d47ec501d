import PosternCore
import Testing

/// The digest of no body.
let emptyDigest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/// A request as AWS publishes it, with the signature that belongs to it.
struct AWSVector: Sendable, CustomTestStringConvertible {
    let name: String
    let head: String
    var payload = emptyDigest
    let signature: String
    var signed: [String] = []

    var testDescription: String { name }
}

/// From the AWS Signature Version 4 test suite: service `service`, region `us-east-1`.
let awsSuite = [
    AWSVector(
        name: "get-vanilla",
        head: "GET / HTTP/1.1\r\nHost:example.amazonaws.com\r\nX-Amz-Date:20150830T123600Z\r\n",
        signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    ),
    AWSVector(
        name: "get-vanilla-query-order-key-case",
        head:
            "GET /?Param2=value2&Param1=value1 HTTP/1.1\r\nHost:example.amazonaws.com\r\nX-Amz-Date:20150830T123600Z\r\n",
        signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
    ),
    AWSVector(
        name: "get-slash",
        head: "GET // HTTP/1.1\r\nHost:example.amazonaws.com\r\nX-Amz-Date:20150830T123600Z\r\n",
        signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    ),
    AWSVector(
        name: "post-x-www-form-urlencoded",
        head: "POST / HTTP/1.1\r\nContent-Type:application/x-www-form-urlencoded\r\nHost:example.amazonaws.com\r\n"
            + "X-Amz-Date:20150830T123600Z\r\n",
        payload: "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e",
        signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
    ),
]

private let objectHead = "Host: examplebucket.s3.amazonaws.com\r\nx-amz-date: 20130524T000000Z\r\n"

/// From "Authenticating Requests: Using the Authorization Header" of the Amazon S3 API Reference.
let awsObjects = [
    AWSVector(
        name: "GET object",
        head: "GET /test.txt HTTP/1.1\r\n\(objectHead)Range: bytes=0-9\r\nx-amz-content-sha256: \(emptyDigest)\r\n",
        signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        signed: ["range"]
    ),
    AWSVector(
        name: "PUT object",
        head: "PUT /test$file.text HTTP/1.1\r\n\(objectHead)Date: Fri, 24 May 2013 00:00:00 GMT\r\n"
            + "x-amz-storage-class: REDUCED_REDUNDANCY\r\n"
            + "x-amz-content-sha256: 44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072\r\n",
        payload: "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
        signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        signed: ["date"]
    ),
    AWSVector(
        name: "GET bucket lifecycle",
        head: "GET /?lifecycle HTTP/1.1\r\n\(objectHead)x-amz-content-sha256: \(emptyDigest)\r\n",
        signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
    ),
    AWSVector(
        name: "list objects",
        head: "GET /?max-keys=2&prefix=J HTTP/1.1\r\n\(objectHead)x-amz-content-sha256: \(emptyDigest)\r\n",
        signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    ),
]

/// A whole request, and what botocore 1.43 makes of it: `SigV4Auth` or, for S3, `S3SigV4Auth`.
struct AWSWholeRequest: Sendable, CustomTestStringConvertible {
    let host: String
    let line: String
    var fields = ""
    var body = ""
    var token: String?
    let authorization: String

    var testDescription: String { line }
}

let awsWholeRequests = [
    AWSWholeRequest(
        host: "examplebucket.s3.amazonaws.com",
        line: "GET /photos/Jan//sample%20%2F%28x%29.jpg?prefix=a%2Fb&list-type=2&acl",
        authorization: "us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
            + "Signature=f92c4818df6f59960e407078688508400ef8b9232f74e0b5352182571e5f4a28"
    ),
    AWSWholeRequest(
        host: "s3.eu-central-1.amazonaws.com",
        line: "PUT /bucket//a%20b/%C3%BC%2F..x",
        fields: "Content-Type: text/plain\r\nx-amz-meta-note:   a   b  \r\n",
        body: "stored",
        token: "IQoJb3JpZ2luX2VjEXAMPLE//TOKEN==",
        authorization: "eu-central-1/s3/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;"
            + "x-amz-meta-note;x-amz-security-token, "
            + "Signature=b1468f127bdbfa611bdacbdd910270761db641b33ec724fcc95ebbd02dc5516c"
    ),
    AWSWholeRequest(
        host: "bedrock-runtime.us-east-1.amazonaws.com",
        line: "POST /model/anthropic.claude-3%3A0/invoke",
        fields: "Content-Type: application/json\r\n",
        body: "{\"a\":1}",
        authorization:
            "us-east-1/bedrock/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, "
            + "Signature=49b98ad7203138dd85d20d66a10f5d800ea3d3f7e6e6ce4f2708c6dbc4603ab0"
    ),
    AWSWholeRequest(
        host: "abc.execute-api.us-west-2.amazonaws.com",
        line: "GET /prod//x%2Fy/%20z/?b=2&a=1&a=0&empty=&k%2Fey=v%20w",
        authorization: "us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
            + "Signature=d39fb717efc461414bb01480a3fad3d5e418859972c446bcb43be7f3a4f2d705"
    ),
    AWSWholeRequest(
        host: "dynamodb.us-west-2.amazonaws.com",
        line: "POST /",
        fields: "Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\n",
        body: "{}",
        token: "tok/en+EXAMPLE==",
        authorization:
            "us-west-2/dynamodb/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;"
            + "x-amz-security-token;x-amz-target, "
            + "Signature=14fa0b123a905dc5f2af18d84516982981acf2f116b0ed5c628b9b5db04f9760"
    ),
]
