targetScope = 'subscription'

metadata description = 'What people sign in to: an app registration in Entra, its API and its service principal. Deployed before main.bicep.'

extension microsoftGraphV1

@description('Names the environment, as in ../main.bicep.')
@minLength(1)
@maxLength(24)
param environmentName string

@description('Region of everything in ../main.bicep; the app\'s address depends on it.')
@minLength(1)
param location string

@description('ID URI of the API. Each environment of a tenant needs its own.')
param apiUri string = 'api://serverlessdrives/${environmentName}'

@description('Who may sign in: people of this tenant, or of any.')
@allowed(['AzureADMyOrg', 'AzureADMultipleOrgs'])
param signInAudience string = 'AzureADMyOrg'

@description('Addresses that people come back to from signing in, beside the app\'s own: those of a custom domain.')
param redirectUris string[] = []

@description('True: tokens say which groups a person is in, so that groups can be members of workspaces.')
param groupClaims bool = false

// The same as in ../main.bicep, and the host name that a Function App gets from its name.
var abbreviations = loadJsonContent('../abbreviations.json')
var token = toLower(uniqueString(subscription().id, environmentName, location))
var host = '${abbreviations.webSitesFunctions}drives-${token}.azurewebsites.net'

var accessScope = guid(apiUri, 'access')

resource app 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'serverless-drives-${environmentName}-${token}'
  displayName: 'ServerlessDrives (${environmentName})'
  description: 'Connects Amazon S3 buckets to workspaces as drives.'
  signInAudience: signInAudience
  identifierUris: [apiUri]
  api: {
    // The app checks the issuer and the claims of version 2.
    requestedAccessTokenVersion: 2
    oauth2PermissionScopes: [
      {
        id: accessScope
        value: 'access'
        type: 'User'
        isEnabled: true
        adminConsentDisplayName: 'Use ServerlessDrives'
        adminConsentDescription: 'Lets the wizard use the API as the person who has signed in.'
        userConsentDisplayName: 'Use ServerlessDrives'
        userConsentDescription: 'Lets the wizard use the API as you.'
      }
    ]
  }
  appRoles: [
    {
      id: guid(apiUri, 'admin')
      value: 'admin'
      displayName: 'Administrator'
      description: 'Connects drives for the whole organization and manages its workspaces.'
      allowedMemberTypes: ['User', 'Application']
      isEnabled: true
    }
  ]
  spa: { redirectUris: union(['https://${host}/signin'], redirectUris) }
  groupMembershipClaims: groupClaims ? 'SecurityGroup' : 'None'
  optionalClaims: groupClaims ? { accessToken: [{ name: 'groups' }], idToken: [], saml2Token: [] } : null
  requiredResourceAccess: [
    {
      // Microsoft Graph: openid and profile, as people.
      resourceAppId: '00000003-0000-0000-c000-000000000000'
      resourceAccess: [
        { id: '37f7f235-527c-4136-accd-4a02d197296e', type: 'Scope' }
        { id: '14dad69e-099b-42c9-810b-d002981feec1', type: 'Scope' }
      ]
    }
  ]
}

resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: app.appId
}

output SIGN_IN_CLIENT_ID string = app.appId
output SIGN_IN_API string = apiUri
@description('Whose app role "admin" people are assigned to.')
output SIGN_IN_PRINCIPAL string = principal.id
