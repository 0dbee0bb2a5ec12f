using System.Text.Json.Nodes;

namespace ServerlessDrives.Tests.Unit.Deployment;

/// <summary>
/// The part of Microsoft Graph's v1.0 that the registration uses, as a Bicep extension: names and types as Microsoft documents them. A
/// property that isn't here, or of another type, is a diagnostic.
/// </summary>
internal static class GraphTypes
{
    private const int Required = 1;
    private const int ReadOnly = 2;
    private const int Constant = 8;
    private const int Identifier = 16;

    /// <summary>Writes <c>index.json</c> and <c>types.json</c> to a folder, as <c>bicep publish-extension</c> takes them.</summary>
    public static async Task WriteAsync(string folder, CancellationToken cancellation)
    {
        var types = new Types();
        var text = types.Add(new() { ["$type"] = "StringType" });
        var flag = types.Add(new() { ["$type"] = "BooleanType" });
        var number = types.Add(new() { ["$type"] = "IntegerType" });
        var texts = types.ArrayOf(text);
        var scope = types.Object(
            "PermissionScope",
            ("id", text, Required),
            ("value", text, 0),
            ("type", text, 0),
            ("isEnabled", flag, 0),
            ("adminConsentDisplayName", text, 0),
            ("adminConsentDescription", text, 0),
            ("userConsentDisplayName", text, 0),
            ("userConsentDescription", text, 0));
        var api = types.Object(
            "ApiApplication",
            ("requestedAccessTokenVersion", number, 0),
            ("oauth2PermissionScopes", types.ArrayOf(scope), 0));
        var role = types.Object(
            "AppRole",
            ("id", text, Required),
            ("value", text, 0),
            ("displayName", text, Required),
            ("description", text, Required),
            ("allowedMemberTypes", texts, Required),
            ("isEnabled", flag, 0));
        var claim = types.Object("OptionalClaim", ("name", text, Required), ("essential", flag, 0), ("source", text, 0));
        var claims = types.ArrayOf(claim);
        var optional = types.Object("OptionalClaims", ("accessToken", claims, 0), ("idToken", claims, 0), ("saml2Token", claims, 0));
        var access = types.Object("ResourceAccess", ("id", text, Required), ("type", text, Required));
        var needed = types.Object(
            "RequiredResourceAccess",
            ("resourceAppId", text, Required),
            ("resourceAccess", types.ArrayOf(access), Required));
        var application = types.Resource(
            "Microsoft.Graph/applications",
            text,
            ("appId", text, ReadOnly),
            ("uniqueName", text, Required | Constant | Identifier),
            ("displayName", text, Required),
            ("description", text, 0),
            ("signInAudience", text, 0),
            ("identifierUris", texts, 0),
            ("api", api, 0),
            ("appRoles", types.ArrayOf(role), 0),
            ("spa", types.Object("SpaApplication", ("redirectUris", texts, 0)), 0),
            ("groupMembershipClaims", text, 0),
            ("optionalClaims", optional, 0),
            ("requiredResourceAccess", types.ArrayOf(needed), 0));
        var principal = types.Resource("Microsoft.Graph/servicePrincipals", text, ("appId", text, Required | Identifier));
        var index = new JsonObject
        {
            ["resources"] = new JsonObject
            {
                ["Microsoft.Graph/applications@v1.0"] = new JsonObject { ["$ref"] = $"types.json#/{application}" },
                ["Microsoft.Graph/servicePrincipals@v1.0"] = new JsonObject { ["$ref"] = $"types.json#/{principal}" },
            },
            ["resourceFunctions"] = new JsonObject(),
            ["settings"] = new JsonObject { ["name"] = "MicrosoftGraph", ["version"] = "1.0.0", ["isSingleton"] = false },
        };
        await File.WriteAllTextAsync(Path.Combine(folder, "index.json"), index.ToJsonString(), cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, "types.json"), types.ToJson(), cancellation);
    }

    private sealed class Types
    {
        private readonly JsonArray _all = [];

        public int Add(JsonObject type)
        {
            _all.Add((JsonNode)type);
            return _all.Count - 1;
        }

        public int ArrayOf(int item) => Add(new() { ["$type"] = "ArrayType", ["itemType"] = Reference(item) });

        public int Object(string name, params (string Name, int Type, int Flags)[] properties)
        {
            var described = new JsonObject();
            foreach (var (property, type, flags) in properties)
                described[property] = new JsonObject { ["type"] = Reference(type), ["flags"] = flags };
            return Add(new() { ["$type"] = "ObjectType", ["name"] = name, ["properties"] = described });
        }

        public int Resource(string name, int text, params (string Name, int Type, int Flags)[] properties)
        {
            var type = Add(new() { ["$type"] = "StringLiteralType", ["value"] = name });
            var version = Add(new() { ["$type"] = "StringLiteralType", ["value"] = "v1.0" });
            var body = Object(
                name,
                [("type", type, ReadOnly | Constant), ("apiVersion", version, ReadOnly | Constant), ("id", text, ReadOnly), .. properties]);
            return Add(new()
            {
                ["$type"] = "ResourceType",
                ["name"] = $"{name}@v1.0",
                ["scopeType"] = 0,
                ["body"] = Reference(body),
                ["flags"] = 0,
            });
        }

        public string ToJson() => _all.ToJsonString();

        private static JsonObject Reference(int type) => new() { ["$ref"] = $"#/{type}" };
    }
}
