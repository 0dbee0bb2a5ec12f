using System.Text.Json.Nodes;

namespace ServerlessDrives.Access;

/// <summary>Who may assume the customer's role: our principal, with the external ID, and nobody else.</summary>
public sealed class TrustPolicy
{
    private readonly PrincipalArn _principal;
    private readonly ExternalId _externalId;

    private TrustPolicy(PrincipalArn principal, ExternalId externalId) => (_principal, _externalId) = (principal, externalId);

    public static TrustPolicy For(PrincipalArn principal, ExternalId externalId) => new(principal, externalId);

    /// <summary>A fresh document each time.</summary>
    public JsonObject ToJson() => PolicyStatements.Document(
    [
        new()
        {
            ["Sid"] = "ServerlessDrives",
            ["Effect"] = "Allow",
            ["Principal"] = new JsonObject { ["AWS"] = _principal.Value },
            ["Action"] = "sts:AssumeRole",
            ["Condition"] = new JsonObject { ["StringEquals"] = new JsonObject { ["sts:ExternalId"] = _externalId.Value } },
        },
    ]);

    public override string ToString() => ToJson().ToJsonString();
}
