using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessDrives.Workspaces;

/// <summary>Who may use a drive or a role. Closed: one workspace, or the whole organization.</summary>
[JsonConverter(typeof(AudienceJsonConverter))]
public abstract record Audience
{
    private const string OrganizationKey = "org";

    private Audience()
    {
    }

    /// <summary>The whole organization.</summary>
    public static readonly Audience Whole = new Organization();

    /// <summary>A short text that tells audiences of one organization apart.</summary>
    public abstract string ScopeKey { get; }

    public static Audience OfScopeKey(string key) => key == OrganizationKey ? Whole : new Workspace(WorkspaceId.Of(key));

    /// <summary>Every workspace of the organization.</summary>
    public sealed record Organization : Audience
    {
        internal Organization()
        {
        }

        public override string ScopeKey => OrganizationKey;
    }

    /// <summary>One workspace's members.</summary>
    public sealed record Workspace(WorkspaceId Id) : Audience
    {
        public override string ScopeKey => Id.Value;
    }

    private sealed class AudienceJsonConverter : JsonConverter<Audience>
    {
        public override Audience Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            var type = document.RootElement.TryGetProperty("type", out var found) ? found.GetString() : null;
            var workspace = document.RootElement.TryGetProperty("workspaceId", out var id) ? id.GetString() : null;
            return type switch
            {
                "organization" => Whole,
                "workspace" when WorkspaceId.TryParse(workspace, out var parsed) => new Workspace(parsed),
                _ => throw new JsonException("An audience was expected."),
            };
        }

        public override void Write(Utf8JsonWriter writer, Audience value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString("type", value is Workspace ? "workspace" : "organization");
            if (value is Workspace workspace)
                writer.WriteString("workspaceId", workspace.Id.Value);
            writer.WriteEndObject();
        }
    }
}
