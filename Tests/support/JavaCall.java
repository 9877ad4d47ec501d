import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/**
 * Two requests with the JDK's own client: {@code java [-D...] JavaCall.java URL API_KEY}. Proxy and trust store are system
 * properties. Prints the second answer's body.
 */
class JavaCall {
    public static void main(String[] arguments) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0]))
            .header("Authorization", "Bearer " + arguments[1])
            .build();
        client.send(request, HttpResponse.BodyHandlers.discarding());
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer + " " + answer.headers().map());
        }
        System.out.print(answer.body());
    }
}
