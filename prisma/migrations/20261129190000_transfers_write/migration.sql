-- Transfers have a scope of their own. A key that could make them before may still: who must not is given another key.
UPDATE api_keys SET scopes = array_append(scopes, 'transfers:write')
WHERE 'cards:write' = ANY (scopes) AND NOT 'transfers:write' = ANY (scopes);
