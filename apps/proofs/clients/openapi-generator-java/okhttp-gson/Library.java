package tour;

import org.openapitools.client.ApiClient;
import org.openapitools.client.JSON;

class Library {
  static ApiClient client(String url, String key) {
    ApiClient client = new ApiClient();
    client.setBasePath(url);
    client.setBearerToken(key);
    return client;
  }

  static <T> T read(String json, Class<T> type, Object... values) throws Exception {
    return JSON.deserialize(String.format(json.replace('\'', '"'), values), type);
  }
}
