package tour;

import org.openapitools.client.ApiClient;

class Library {
  static ApiClient client(String url, String key) {
    ApiClient client = new ApiClient();
    client.updateBaseUri(url);
    client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + key));
    return client;
  }

  static <T> T read(String json, Class<T> type, Object... values) throws Exception {
    return ApiClient.createDefaultObjectMapper().readValue(String.format(json.replace('\'', '"'), values), type);
  }
}
