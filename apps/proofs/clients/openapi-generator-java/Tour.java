package tour;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.BindingsApi;
import org.openapitools.client.api.CallbacksApi;
import org.openapitools.client.api.CardholdersApi;
import org.openapitools.client.api.CardsApi;
import org.openapitools.client.api.TransfersApi;
import org.openapitools.client.model.*;

/** The README's tour with a Java client of openapi-generator; what its libraries do differently is in Library. */
public class Tour {
  static final String run = System.getenv("RUN");
  /** Headers that no call here needs: X-Request-Deadline, X-Request-Id and traceparent. */
  static final String none = null;
  static int step = 0;

  public static void main(String[] arguments) throws Exception {
    try {
      tour(Library.client(System.getenv("GATEWAY_URL"), System.getenv("GATEWAY_API_KEY")));
    } catch (ApiException error) {
      System.err.println("step " + step + ": " + error.getMessage());
      System.exit(1);
    } catch (Exception error) {
      System.err.println("step " + step + ": " + error);
      System.exit(1);
    }
    System.exit(0);
  }

  static void tour(ApiClient client) throws Exception {
    CardsApi cards = new CardsApi(client);
    CardholdersApi cardholders = new CardholdersApi(client);
    BindingsApi bindings = new BindingsApi(client);
    String account = "keysecure";

    step(1);
    String product = cards.listCardProducts(account, null, null, null, none, none, none).getData().get(0).getId();

    step(2);
    Cardholder holder = cardholders.createCardholder(key("cardholder"), Library.read(
        "{'account':'keysecure','reference':'user-%s','sumsubShareToken':'share-token-of-sumsub'}", CreateCardholder.class, run), none, none, none);
    while (word(holder.getStatus()).equals("pending") || word(holder.getStatus()).equals("in_review")) {
      Thread.sleep(100);
      holder = cardholders.getCardholder(holder.getId(), true, none, none, none);
    }

    step(3);
    Card card = cards.issueCard(key("card"), Library.read(
        "{'account':'keysecure','product':'%s','cardholder':'%s','form':'virtual'}", IssueCard.class, product, holder.getId()), none, none, none);

    step(4);
    while (word(card.getStatus()).equals("pending")) {
      Thread.sleep(100);
      card = cards.getCard(card.getId(), true, none, none, none);
    }
    expect(card.getStatus(), "active");

    step(5);
    String phone = "13" + run;
    Binding binding = bindings.startBinding(key("binding"), Library.read(
        "{'account':'yixin','user':'user-%s','cardNumber':'621700%s1234','phone':'%s','purpose':'loan','userIp':'203.0.113.7'}",
        StartBinding.class, run, run, phone), none, none, none);
    expect(binding.getStatus(), "awaiting_code");

    step(6);
    Matcher code = Pattern.compile("\"code\":\"(\\d+)\"").matcher(sandbox("/admin/sms?phone=" + phone, null));
    if (!code.find()) throw new IllegalStateException("no SMS");
    binding = bindings.verifyBinding(binding.getId(), key("code"), Library.read("{'code':'%s'}", VerifyBinding.class, code.group(1)), none, none, none);
    expect(binding.getStatus(), "bound");

    step(7);
    Transfer transfer = new TransfersApi(client).createTransfer(key("transfer"), Library.read(
        "{'account':'keysecure','cardholder':'%s','direction':'in','amount':{'amount':'100.00','currency':'TUSDT'}}",
        CreateTransfer.class, holder.getId()), none, none, none);
    expect(transfer.getStatus(), "succeeded");
    sandbox("/admin/keysecure/pay", "{\"cardNo\":\"" + card.getProviderRef() + "\",\"amount\":\"12.50\"}");
    TransactionPage transactions = cards.listCardTransactions(card.getId(), null, null, true, null, null, null, null, none, none, none);
    expect(transactions.getData().get(0).getAmount().getAmount(), "12.50");
    new CallbacksApi(client).listCallbacks(null, null, 1, null, none, none, none);

    step(8);
    card = cards.freezeCard(card.getId(), key("freeze"), none, none, none);
    expect(card.getStatus(), "frozen");

    step(9);
    RevealedCard revealed = cards.revealCard(card.getId(), Library.read("{'purpose':'the tour of a generated client'}", Purpose.class), none, none, none);
    expect(revealed.getNumber().length(), "16");

    step(10);
    try {
      cards.getCard("card_00000000000000000000000000", null, none, none, none);
      throw new IllegalStateException("expected a problem");
    } catch (ApiException error) {
      expect(Library.read(error.getResponseBody().replace("%", "%%"), Problem.class).getCode(), "not-found");
    }
  }

  static String key(String of) {
    return of + "-" + run;
  }

  static String word(Object value) {
    return String.valueOf(value);
  }

  static void step(int next) {
    step = next;
  }

  static void expect(Object got, String wanted) {
    if (!word(got).equals(wanted)) throw new IllegalStateException("expected " + wanted + ", got " + got);
  }

  static String sandbox(String path, String body) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(System.getenv("SANDBOX_URL") + path)).header("Content-Type", "application/json");
    if (body != null) request.POST(HttpRequest.BodyPublishers.ofString(body));
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
  }
}
