import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

class Verify {
    public static void main(String[] words) throws Exception {
        var id = Pattern.compile("^\\{\"id\":\"(\\w+)\"");
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            var fields = line.split("\t");
            var body = new String(Base64.getDecoder().decode(fields[4]), StandardCharsets.UTF_8);
            var headers =
                    Map.of(
                            "webhook-id", List.of(fields[1]),
                            "webhook-timestamp", List.of(fields[2]),
                            "webhook-signature", List.of(fields[3]));
            try {
                new Webhook(fields[0]).verify(body, headers);
                var found = id.matcher(body);
                System.out.println("accepted " + (found.find() ? found.group(1) : ""));
            } catch (WebhookVerificationException refused) {
                System.out.println("refused");
            }
        }
    }
}
