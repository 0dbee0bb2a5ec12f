using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ServerlessDrives.Embedded.Cloud.Vault;

/// <summary>Key Vault's JSON: bundles, items, deleted ones and errors (REST API, secrets, 7.x).</summary>
internal static class VaultWire
{
    private const int RecoverableDays = 90;

    public static JsonObject Bundle(Uri vault, VaultSecret secret, SecretVersion version)
    {
        var bundle = Item(new Uri(vault, $"secrets/{secret.Name}/{version.Version}"), version);
        bundle["value"] = version.Value;
        return bundle;
    }

    /// <summary>A version without its value.</summary>
    public static JsonObject Item(Uri vault, VaultSecret secret, SecretVersion version) =>
        Item(new Uri(vault, $"secrets/{secret.Name}/{version.Version}"), version);

    /// <summary>The secret as it is listed: its latest version, without a value, under the name alone.</summary>
    public static JsonObject Item(Uri vault, VaultSecret secret) => Item(new Uri(vault, $"secrets/{secret.Name}"), secret.Latest);

    public static JsonObject Deleted(Uri vault, VaultSecret secret, bool listed)
    {
        var item = listed ? Item(vault, secret) : Item(vault, secret, secret.Latest);
        item["recoveryId"] = new Uri(vault, $"deletedsecrets/{secret.Name}").ToString();
        item["deletedDate"] = secret.DeletedAt!.Value.ToUnixTimeSeconds();
        item["scheduledPurgeDate"] = (secret.DeletedAt.Value + KeyVault.RecoverableFor).ToUnixTimeSeconds();
        return item;
    }

    public static JsonObject Error(VaultRefusal refusal)
    {
        var error = new JsonObject { ["code"] = refusal.Code, ["message"] = refusal.Message };
        if (refusal.InnerCode is { } inner)
        {
            error["innererror"] = new JsonObject { ["code"] = inner };
        }

        return new JsonObject { ["error"] = error };
    }

    public static KeyVault.Wish Wish(JsonObject body) =>
        body["value"]?.GetValue<string>() is { } value
            ? new(value, ContentType(body), Enabled(body), Time(body, "nbf"), Time(body, "exp"), Tags(body))
            : throw VaultRefusal.BadParameter("Property value has invalid value: a secret needs one.");

    public static KeyVault.Change Change(JsonObject body) =>
        new(ContentType(body), Enabled(body), Time(body, "nbf"), Time(body, "exp"), Tags(body));

    public static async Task<JsonObject> ReadAsync(HttpContent? content, CancellationToken cancellationToken)
    {
        try
        {
            return
                content is not null
                && await JsonNode.ParseAsync(await content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken)
                    is JsonObject body
                ? body
                : throw VaultRefusal.BadParameter("The request body must be a JSON object.");
        }
        catch (JsonException)
        {
            throw VaultRefusal.BadParameter("The request body is not JSON.");
        }
    }

    private static JsonObject Item(Uri id, SecretVersion version)
    {
        var attributes = new JsonObject
        {
            ["enabled"] = version.Enabled,
            ["created"] = version.Created.ToUnixTimeSeconds(),
            ["updated"] = version.Updated.ToUnixTimeSeconds(),
            ["recoveryLevel"] = "Recoverable+Purgeable",
            ["recoverableDays"] = RecoverableDays,
        };
        if (version.NotBefore is { } notBefore)
        {
            attributes["nbf"] = notBefore.ToUnixTimeSeconds();
        }

        if (version.Expires is { } expires)
        {
            attributes["exp"] = expires.ToUnixTimeSeconds();
        }

        var item = new JsonObject { ["id"] = id.ToString(), ["attributes"] = attributes };
        if (version.ContentType is { } type)
        {
            item["contentType"] = type;
        }

        if (version.Tags is { } tags)
        {
            item["tags"] = new JsonObject(tags.Select(tag => KeyValuePair.Create(tag.Key, (JsonNode?)tag.Value)));
        }

        return item;
    }

    private static string? ContentType(JsonObject body) => body["contentType"]?.GetValue<string>();

    private static bool? Enabled(JsonObject body) => body["attributes"]?["enabled"]?.GetValue<bool>();

    private static DateTimeOffset? Time(JsonObject body, string name) =>
        body["attributes"]?[name] is { } seconds
            ? DateTimeOffset.FromUnixTimeSeconds(long.Parse(seconds.ToString(), CultureInfo.InvariantCulture))
            : null;

    private static Dictionary<string, string>? Tags(JsonObject body) =>
        body["tags"] is JsonObject tags ? tags.ToDictionary(tag => tag.Key, tag => tag.Value!.GetValue<string>()) : null;
}
