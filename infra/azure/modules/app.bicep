metadata description = 'The Function App on Flex Consumption, reached over HTTPS only and reaching everything by its identity.'

param location string
param token string
param tags object
param identityId string
param identityClientId string
param identityPrincipalId string
param storageAccountName string
param deploymentContainer string
param vaultUri string
param insightsName string

@description('Subnet that the app sends from; empty for none.')
param subnetId string

@description('Endpoint of the Durable Task Scheduler; empty for Azure Storage.')
param schedulerConnection string
param taskHub string
param signInClientId string
param signInTenant string
param signInApi string
param awsPrincipals object
param maximumInstances int
param instanceMemory int
param alwaysReadyInstances int
param zoneRedundant bool
param requestsPerInstance int

@description('Of a file in one request, in MiB.')
param largestRequest int
param workspaceId string

var abbreviations = loadJsonContent('../abbreviations.json')

// What is a little too large reaches the app, which says so with a problem; the host answers what is larger still with an empty 500.
var mebibyte = 1048576
var hostHeadroom = 32

resource storage 'Microsoft.Storage/storageAccounts@2026-09-01' existing = {
  name: storageAccountName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: '${abbreviations.webServerFarms}drives-${token}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: { reserved: true, zoneRedundant: zoneRedundant }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: '${abbreviations.webSitesFunctions}drives-${token}'
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    keyVaultReferenceIdentity: identityId
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainer
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstances
        instanceMemoryMB: instanceMemory
        alwaysReady: alwaysReadyInstances == 0
          ? []
          : [
              { name: 'http', instanceCount: alwaysReadyInstances }
              { name: 'durable', instanceCount: alwaysReadyInstances }
            ]
        triggers: { http: { perInstanceConcurrency: requestsPerInstance } }
      }
    }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: union(
      {
        AzureWebJobsStorage__accountName: storage.name
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identityClientId
        APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
        AZURE_CLIENT_ID: identityClientId
        AzureWebJobsDisableHomepage: 'true'
        FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: string((largestRequest + hostHeadroom) * mebibyte)
        ServerlessDrives__Files__LargestRequest: string(largestRequest * mebibyte)
        Tables__Endpoint: storage.properties.primaryEndpoints.table
        Vault__Uri: vaultUri
        Authentication__Authority: '${environment().authentication.loginEndpoint}${signInTenant}/v2.0'
        Authentication__Audience: signInClientId
        Authentication__ClientId: signInClientId
        // Without a scope of the API, Entra issues tokens for Microsoft Graph.
        Authentication__Scope: 'openid profile ${signInApi}/access'
        Aws__Sandbox: 'false'
        AzureFunctionsJobHost__extensions__durableTask__hubName: taskHub
      },
      toObject(items(awsPrincipals), principal => 'Aws__Principals__${principal.key}__Arn', principal => string(principal.value)),
      empty(schedulerConnection)
        ? {}
        : {
            DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${schedulerConnection};Authentication=ManagedIdentity;ClientID=${identityClientId}'
            AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
            AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
          }
    )
  }
}

// What the host itself says, also before the app's own telemetry begins.
#disable-next-line use-recent-api-versions // The version before it, which is no preview, knows nothing of what is asked for here.
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'host'
  scope: app
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'FunctionAppLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

// Publishing by user name and password stays off: deployments come with an identity.
resource ftp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource scm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

// Monitoring Metrics Publisher: the only way in to Application Insights, whose local keys are off.
resource publisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, identityPrincipalId, 'metrics-publisher')
  scope: insights
  properties: {
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '3913510d-42f4-4e42-8a64-420c390055eb')
  }
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
