using System.Xml.Linq;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Iam;

/// <summary>OpenID Connect providers, whose tokens AssumeRoleWithWebIdentity takes.</summary>
internal static class ProviderCalls
{
    public static IEnumerable<(string Name, Func<IamRequest, object?[]> Run)> Actions()
    {
        yield return ("CreateOpenIDConnectProvider", request => request.Store.Change(state =>
            {
                var provider = new OpenIdProvider
                {
                    Account = request.Account,
                    Url = request.Form.Required("Url"),
                    Audiences = [.. request.Form.List("ClientIDList")],
                    Thumbprints = [.. request.Form.List("ThumbprintList")],
                    Created = request.Now,
                };
                if (state.Providers.ContainsKey(provider.Arn))
                    throw new AwsError(409, "EntityAlreadyExists", $"Provider with url {provider.Url} already exists.");
                return (
                    state with
                    {
                        Providers = state.Providers.Add(provider.Arn, provider),
                    },
                    new object?[] { new XElement("OpenIDConnectProviderArn", provider.Arn) }
                );
            }));
        yield return ("GetOpenIDConnectProvider", request =>
        {
            var provider = ProviderOf(request, request.Store.Latest);
            return
            [
                new XElement("Url", provider.Host),
                new XElement("ClientIDList", provider.Audiences.Select(audience => new XElement("member", audience))),
                new XElement("ThumbprintList", provider.Thumbprints.Select(thumbprint => new XElement("member", thumbprint))),
                new XElement("CreateDate", IamXml.Time(provider.Created)),
            ];
        }
        );
        yield return (
            "ListOpenIDConnectProviders",
            request =>
                [
                    new XElement(
                        "OpenIDConnectProviderList",
                        request
                            .Store.Latest.Providers.Values.Where(provider => provider.Account == request.Account)
                            .Select(provider => new XElement("member", new XElement("Arn", provider.Arn)))),
                ]);
        yield return (
            "DeleteOpenIDConnectProvider",
            request =>
            {
                request.Store.Change(state => state with { Providers = state.Providers.Remove(ProviderOf(request, state).Arn) });
                return [];
            }
        );
    }

    private static OpenIdProvider ProviderOf(IamRequest request, IamState state)
    {
        var arn = request.Form.Required("OpenIDConnectProviderArn");
        return state.Providers.TryGetValue(arn, out var provider) && provider.Account == request.Account
            ? provider
            : throw new AwsError(404, "NoSuchEntity", $"OpenIDConnect Provider not found for arn {arn}");
    }
}
