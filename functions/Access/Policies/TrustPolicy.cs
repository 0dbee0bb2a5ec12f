using System.Text.Json.Nodes;

namespace ServerlessDrives.Access.Policies;

/// <summary>Who may assume the customer's role: our principal, with the external ID, and nobody else.</summary>
public sealed class TrustPolicy
{
    private readonly PrincipalArn _principal;
    private readonly ExternalId _externalId;

    private readonly bool _tags;

    private TrustPolicy(PrincipalArn principal, ExternalId externalId, bool tags) =>
        (_principal, _externalId, _tags) = (principal, externalId, tags);

    /// <param name="tags">Whether sessions may be tagged.</param>
    public static TrustPolicy For(PrincipalArn principal, ExternalId externalId, bool tags = false) => new(principal, externalId, tags);

    /// <summary>A fresh document each time.</summary>
    public JsonObject ToJson() => PolicyStatements.Document(
    [
        new()
        {
            ["Sid"] = "ServerlessDrives",
            ["Effect"] = "Allow",
            ["Principal"] = new JsonObject { ["AWS"] = _principal.Value },
            ["Action"] = _tags ? new JsonArray("sts:AssumeRole", "sts:TagSession") : "sts:AssumeRole",
            ["Condition"] = new JsonObject { ["StringEquals"] = new JsonObject { ["sts:ExternalId"] = _externalId.Value } },
        },
    ]);

    public override string ToString() => ToJson().ToJsonString();
}
