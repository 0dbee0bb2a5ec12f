using System.Globalization;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Policies;

/// <summary>What AWS knows of any request, whatever its service.</summary>
/// <param name="SourceIp">IPv4 or IPv6, as text.</param>
internal sealed record RequestFacts(
    DateTimeOffset Now,
    string Region,
    bool Encrypted,
    string SourceIp,
    string ResourceAccount,
    string? UserAgent = null,
    string? Referer = null);

/// <summary>
/// The global condition keys. Source: "AWS global condition context keys" in the IAM user guide. Keys that the page says are not always in
/// a request are missing here in the same cases.
/// </summary>
internal static class GlobalKeys
{
    public static Dictionary<string, IReadOnlyList<string>> Of(
        Caller? caller,
        RequestFacts facts,
        IEnumerable<KeyValuePair<string, string>>? principalTags = null)
    {
        var keys = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
        {
            ["aws:SecureTransport"] = [facts.Encrypted ? "true" : "false"],
            ["aws:SourceIp"] = [facts.SourceIp],
            ["aws:CurrentTime"] = [Time(facts.Now)],
            ["aws:EpochTime"] = [facts.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)],
            ["aws:RequestedRegion"] = [facts.Region],
            ["aws:ResourceAccount"] = [facts.ResourceAccount],
            ["aws:ViaAWSService"] = ["false"],
            ["aws:PrincipalIsAWSService"] = ["false"],
        };
        AddOrganization(keys, "Resource", facts.ResourceAccount);
        if (facts.UserAgent is { Length: > 0 } agent) keys["aws:UserAgent"] = [agent];
        if (facts.Referer is { Length: > 0 } referer) keys["aws:referer"] = [referer];
        if (caller is null)
        {
            keys["aws:PrincipalType"] = ["Anonymous"];
            keys["aws:userid"] = ["anonymous"];
            return keys;
        }

        if (caller is ServiceCaller service)
        {
            keys["aws:PrincipalIsAWSService"] = ["true"];
            keys["aws:PrincipalServiceName"] = [service.Service];
            return keys;
        }

        AddOrganization(keys, "Principal", caller.AccountId);
        keys["aws:userid"] = [caller.UserId];
        keys["aws:PrincipalAccount"] = [caller.AccountId];
        keys["aws:PrincipalArn"] = [caller is RoleSessionCaller role ? role.RoleArn : caller.Arn];
        keys["aws:PrincipalType"] =
        [
            caller switch
            {
                UserCaller => "User",
                RoleSessionCaller => "AssumedRole",
                RootCaller => "Account",
                _ => "FederatedUser",
            },
        ];
        if (caller is UserCaller user)
            keys["aws:username"] = [user.UserName];
        if (caller is RoleSessionCaller session)
        {
            // Only temporary credentials say how they were come by.
            keys["aws:TokenIssueTime"] = [Time(session.Issued)];
            keys["aws:MultiFactorAuthPresent"] = ["false"];
        }

        foreach (var (name, value) in principalTags ?? []) keys[$"aws:PrincipalTag/{name}"] = [value];
        return keys;
    }

    /// <summary>
    /// The customer's account is in an organization of AWS Organizations, and ours in none: then these keys are not in a request.
    /// </summary>
    private static void AddOrganization(Dictionary<string, IReadOnlyList<string>> keys, string whose, string account)
    {
        if (account != Seed.CustomerAccount)
            return;
        keys[$"aws:{whose}OrgID"] = [Seed.CustomerOrganization];
        keys[$"aws:{whose}OrgPaths"] = [$"{Seed.CustomerOrganization}/r-acme/ou-acme-insurance/"];
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
